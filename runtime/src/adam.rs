//! The optimiser of the experiments.

/// Adam (Kingma and Ba, 2015) for one vector of parameters.
///
/// `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, step `rate · m̂ / (√v̂ + ε)` with the bias-corrected `m̂`, `v̂`;
/// `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
///
/// ```
/// use logphi::Adam;
/// let mut x = [3.0];
/// let mut adam = Adam::minimizing(0.1);
/// for _ in 0..500 {
///     let gradient = [2.0 * x[0]];
///     adam.update(&mut x, &gradient);
/// }
/// assert!(x[0].abs() < 1e-3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    rate: f64,
    direction: f64,
    steps: i32,
    first: Vec<f64>,
    second: Vec<f64>,
}

const FIRST_DECAY: f64 = 0.9;
const SECOND_DECAY: f64 = 0.999;
const EPSILON: f64 = 1e-8;

impl Adam {
    /// Steps against the gradient, with the given learning rate.
    #[must_use]
    pub const fn minimizing(rate: f64) -> Self {
        Self { rate, direction: -1.0, steps: 0, first: Vec::new(), second: Vec::new() }
    }

    /// Steps along the gradient, with the given learning rate.
    #[must_use]
    pub const fn maximizing(rate: f64) -> Self {
        Self { rate, direction: 1.0, steps: 0, first: Vec::new(), second: Vec::new() }
    }

    /// One step. The first call fixes the number of parameters.
    ///
    /// # Panics
    /// If the lengths differ from each other or from the first call's.
    pub fn update(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        assert_eq!(parameters.len(), gradient.len(), "as many derivatives as parameters");
        if self.steps == 0 {
            self.first.resize(parameters.len(), 0.0);
            self.second.resize(parameters.len(), 0.0);
        }
        assert_eq!(parameters.len(), self.first.len(), "as many parameters as in the first step");
        self.steps = self.steps.saturating_add(1);
        let first_correction = 1.0 - FIRST_DECAY.powi(self.steps);
        let second_correction = 1.0 - SECOND_DECAY.powi(self.steps);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((parameter, &g), (first, second)) in parameters.iter_mut().zip(gradient).zip(moments) {
            *first = FIRST_DECAY * *first + (1.0 - FIRST_DECAY) * g;
            *second = SECOND_DECAY * *second + (1.0 - SECOND_DECAY) * g * g;
            let step = (*first / first_correction) / ((*second / second_correction).sqrt() + EPSILON);
            *parameter += self.direction * self.rate * step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_steps_follow_the_definition() {
        // By hand: the first step has length `rate` whatever the gradient; the second with gradients 1 then 2 has
        // m̂ = (0.9·0.1 + 0.1·2)/0.19, v̂ = (0.999·0.001 + 0.001·4)/0.001999.
        let mut x = [0.0];
        let mut adam = Adam::maximizing(0.5);
        adam.update(&mut x, &[1.0]);
        assert!((x[0] - 0.5).abs() < 1e-7);
        adam.update(&mut x, &[2.0]);
        let step = (0.29 / 0.19) / (0.004_999_f64 / 0.001_999).sqrt();
        assert!((x[0] - 0.5 - 0.5 * step).abs() < 1e-7);
    }
}
