use logphi::prelude::*;

#[distribution(
    image = z / z.sum(),
    sample = softmax(loggamma(alpha)),
    rule(alpha) = trigamma(alpha.sum()) * df(z, vertex - z),
)]
fn dirichlet(omega: &[Frequency], alpha: &[Positive]) -> LogCf {
    alpha.iter().zip(omega).map(|(alpha, omega)| -alpha * (1.0 - I * omega).ln()).sum()
}

fn main() {}
