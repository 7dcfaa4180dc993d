//! Every operation and every draw gives the same bits in packs of every width, compiled for every vector extension.

use super::{Kernel, Lane, Pack, PackWidth, Scalar, dispatch};
use crate::draw::{Key, Words};

/// Results for 64 arguments, operation by operation.
struct Operations<'a, S>(&'a [S; 64]);

/// NaN has no fixed bits.
fn bits<S: Scalar>(x: S) -> u64 {
    if x.is_nan() { u64::MAX } else { x.to_f64().to_bits() }
}

impl<S: Scalar> Kernel<S> for Operations<'_, S> {
    type Output = Vec<u64>;

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) -> Vec<u64> {
        let mut out = Vec::new();
        let mut store = |of: fn(L, L) -> L| {
            for (at, arguments) in self.0.chunks_exact(L::WIDTH).enumerate() {
                let others = L::from_fn(|lane| self.0[63 - at * L::WIDTH - lane]);
                let results = of(L::load(arguments), others);
                out.extend((0..L::WIDTH).map(|lane| bits(results.extract(lane))));
            }
        };
        store(|x, y| (x + y) * (x - y) / y);
        store(|x, y| (-x).mul_add(y, x.abs()).minimum(y).maximum(x.recip()));
        store(|x, y| L::select(x.lt(y), x.sqrt(), y.sign()) + x.powi(-3) + y.powi(6));
        store(|x, _| x.exp());
        store(|x, _| x.exp_m1());
        store(|x, _| x.ln());
        store(|x, _| x.ln_1p());
        store(|x, _| x.sin());
        store(|x, _| x.cos());
        store(|x, _| x.tan());
        store(|x, _| x.atan());
        store(|x, _| x.sinh());
        store(|x, _| x.cosh());
        store(|x, _| x.tanh());
        store(|x, _| x.sigmoid());
        store(|x, _| x.log_sigmoid());
        store(|x, _| x.softplus());
        store(|x, y| x.powf(y));
        out
    }
}

struct Draws;

impl<S: Scalar> Kernel<S> for Draws {
    type Output = Vec<u64>;

    #[inline(always)]
    fn run<L: Lane<Scalar = S>>(self) -> Vec<u64> {
        let mut draws = vec![Vec::new(); 8];
        for sample in (0..1024).step_by(L::WIDTH) {
            let mut words = Words::<L>::new(Key::new(7, 11), (1 << 32) - 512 + sample, 13);
            let shape = L::from_fn(|lane| S::from_f64([0.2, 1.0, 3.5, -1.0][(sample as usize + lane) % 4]));
            let packs = [
                words.uniform(),
                words.exponential(),
                words.normal(),
                words.gamma(1, shape),
                words.normal(),
                words.normal(),
                words.gamma(2, L::constant(1.0)),
                words.uniform(),
            ];
            for (values, pack) in draws.iter_mut().zip(packs) {
                values.extend((0..L::WIDTH).map(|lane| bits(pack.extract(lane))));
            }
        }
        draws.concat()
    }
}

fn arguments<S: Scalar>() -> [S; 64] {
    const SPECIAL: [f64; 16] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-300,
        1e-40,
        1e5,
        -123456.75,
        1e7,
        1e30,
        -1e30,
        88.5,
        -87.2,
        709.5,
        f64::INFINITY,
        f64::NAN,
    ];
    std::array::from_fn(|index| {
        S::from_f64(if index < 16 { SPECIAL[index] } else { (index as f64 - 39.5).powi(3) / 1024.0 })
    })
}

fn check<S: Scalar>()
where
    Pack<S, 1>: Lane<Scalar = S>,
{
    let arguments = arguments::<S>();
    let operations = Operations(&arguments).run::<Pack<S, 1>>();
    assert_eq!(Operations(&arguments).run::<Pack<S, 2>>(), operations);
    assert_eq!(Operations(&arguments).run::<Pack<S, 4>>(), operations);
    assert_eq!(Operations(&arguments).run::<Pack<S, 8>>(), operations);
    assert_eq!(Operations(&arguments).run::<Pack<S, 16>>(), operations);
    let draws = Kernel::<S>::run::<Pack<S, 1>>(Draws);
    assert_eq!(Kernel::<S>::run::<Pack<S, 2>>(Draws), draws);
    assert_eq!(Kernel::<S>::run::<Pack<S, 4>>(Draws), draws);
    assert_eq!(Kernel::<S>::run::<Pack<S, 8>>(Draws), draws);
    assert_eq!(Kernel::<S>::run::<Pack<S, 16>>(Draws), draws);
    for width in [PackWidth::Bits128, PackWidth::Bits256, PackWidth::Bits512] {
        assert_eq!(dispatch(Some(width), Operations(&arguments)), operations, "{width:?}");
        assert_eq!(dispatch::<S, _>(Some(width), Draws), draws, "{width:?}");
    }
}

#[test]
fn single_precision() {
    check::<f32>();
}

#[test]
fn double_precision() {
    check::<f64>();
}
