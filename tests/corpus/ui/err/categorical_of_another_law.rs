use logphi::prelude::*;

#[distribution(sample = 2.0 * categorical(p))]
fn doubled(omega: &[Frequency], p: &Simplex) -> LogCf {
    p.iter().zip(omega).map(|(p, omega)| p * (2.0 * I * omega).exp()).sum::<LogCf>().ln()
}

#[estimator(distribution = Doubled)]
fn score(z: &OneHot, a: &[f64]) -> f64 {
    dot(a, z).exp()
}

fn main() {}
