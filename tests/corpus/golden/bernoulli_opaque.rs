#[estimator(distribution = Bernoulli, opaque)]
fn reliability(edges_up: &[f64], network: &Network, root: usize) -> f64 {
    f64::from(u8::from(network.connected(root, edges_up)))
}
