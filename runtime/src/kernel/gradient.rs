//! Gradients with respect to the arguments of `f`.

/// The derivative with respect to arguments: `f64` for `f64`, `Vec<f64>` for a slice, `Matrix` for a matrix, and tuples.
pub trait ArgumentGradient: Clone + Send + Sync + 'static {
    /// Sets every entry to zero.
    fn clear(&mut self);
}

impl ArgumentGradient for f64 {
    fn clear(&mut self) {
        *self = 0.0;
    }
}

impl ArgumentGradient for Vec<f64> {
    fn clear(&mut self) {
        self.fill(0.0);
    }
}

impl ArgumentGradient for crate::matrix::Matrix {
    fn clear(&mut self) {
        self.as_mut_slice().fill(0.0);
    }
}

macro_rules! tuple_of_gradients {
    ($($name:ident)*) => {
        #[allow(non_snake_case)]
        impl<$($name: ArgumentGradient),*> ArgumentGradient for ($($name,)*) {
            fn clear(&mut self) {
                let ($($name,)*) = self;
                $($name.clear();)*
            }
        }
    };
}
tuple_of_gradients!();
tuple_of_gradients!(A);
tuple_of_gradients!(A B);
tuple_of_gradients!(A B C);
tuple_of_gradients!(A B C D);
tuple_of_gradients!(A B C D E);
tuple_of_gradients!(A B C D E F);
tuple_of_gradients!(A B C D E F G);
tuple_of_gradients!(A B C D E F G H);
