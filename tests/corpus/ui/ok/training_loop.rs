use logphi::Adam;
use logphi::laws::Laplace;
use logphi::prelude::*;

#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

fn main() -> Result<(), logphi::EstimateError> {
    let (x, y) = (Matrix::from_rows(&[[1.0, 0.5], [-0.5, 0.2]]).unwrap(), [1.0, -1.0]);
    let mut mu = vec![0.0; 2];
    let mut adam = Adam::maximizing(0.01);
    // A prepared estimator keeps the arguments, and lets go of the law it was prepared with.
    let mut objective = log_likelihood::prepare(&Laplace { mu: &mu, b: 0.2 }, (&x, &y)).samples(50).build()?;
    for _ in 0..10 {
        let run = objective.step(&Laplace { mu: &mu, b: 0.2 })?;
        adam.update(&mut mu, &run.gradient.mu);
    }
    Ok(())
}
