use logphi::prelude::*;

#[distribution]
struct Laplace {
    mu: f64,
}

fn main() {}
