use logphi::laws::Dirichlet;
use logphi::prelude::*;

#[term(distribution = Dirichlet)]
fn penalty(alpha: f64) -> f64 {
    alpha.ln()
}

fn main() {}
