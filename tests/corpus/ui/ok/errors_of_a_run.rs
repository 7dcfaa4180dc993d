use logphi::laws::Gamma;
use logphi::prelude::*;

#[estimator(distribution = Gamma, order = 3, form(k) = truncated, precision = f32)]
fn decay(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (-epsilon * z).exp()).sum()
}

fn main() -> Result<(), logphi::EstimateError> {
    let law = Gamma { k: vec![1.0, 2.0], mu: 0.1 };
    let mut prepared = decay::prepare(&law, 0.5).samples(64).build()?;
    prepared.step(&law)?;
    assert!(prepared.step(&Gamma { k: vec![1.0, -2.0], mu: 0.1 }).is_err());
    Ok(())
}
