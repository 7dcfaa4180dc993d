//! Laws whose characteristic function has gamma functions in it, or Kummer's.

use super::*;

#[test]
fn beta() {
    check(
        &law([("alpha", Positive), ("beta", Positive)], |_, s, [alpha, beta]| alpha.kummer(alpha + beta, s).ln()),
        &["2", "7/2"],
        &[
            (
                "alpha",
                [
                    "14/121",
                    "-70/224939",
                    "-80024/185574675",
                    "-37632196/2556414864575",
                    "24651495904/10151523427227325",
                    "32521686232544/152425124259818284875",
                    "-21112060249780352/2069577528825059399271125",
                    "-38723970899145012576/17968367759191854998671803125",
                ],
            ),
            (
                "beta",
                [
                    "-8/121",
                    "-928/224939",
                    "28768/556724025",
                    "68310784/2556414864575",
                    "24391104128/30454570281681975",
                    "-231332131802624/1371826118338364563875",
                    "-84312638704365056/6208732586475178197813375",
                    "126622509866793107456/161715309832726694988046228125",
                ],
            ),
        ],
        true,
    );
}

#[test]
fn gumbel() {
    check(
        &law([("m", Real), ("be", Positive)], |_, s, [m, be]| m * s + (1 - be * s).call(Primitive::LnGamma)),
        &["-1/5", "1/2"],
        &[
            ("m", ["1", "0", "0", "0", "0", "0", "0", "0"]),
            (
                "be",
                [
                    "0.577215664901533",
                    "0.822467033424113",
                    "0.300514225789899",
                    "0.135290404213892",
                    "0.0648079846964606",
                    "0.031791970687014",
                    "0.0157554574590925",
                    "0.00784435434529644",
                ],
            ),
        ],
        false,
    );
}

/// The logistic law through the gamma function: `φ(ω) = e^{imω} Γ(1 - i sc ω) Γ(1 + i sc ω)`.
#[test]
fn logistic_by_the_gamma_function() {
    let law = law([("m", Real), ("sc", Positive)], |_, s, [m, sc]| {
        m * s + (1 - sc * s).call(Primitive::LnGamma) + (1 + sc * s).call(Primitive::LnGamma)
    });
    let row =
        ["0", "1.31594725347858", "0", "0.138537373915026", "0", "0.0208351859094415", "0", "0.00329016068078942"];
    check(&law, &["1/5", "2/5"], &[("m", ["1", "0", "0", "0", "0", "0", "0", "0"]), ("sc", row)], false);
    // The coefficients are those of 1/sc - π s cot(π sc s): no odd zeta value is left.
    assert_eq!(text_of(&law, 1, 4), "1/45 * sc^3 * PI^4");
}

/// The logarithm of a gamma number: `log φ = ln Γ(k + s) - ln Γ(k)`, whose derivative with respect to `k` is
/// `ψ(k + s) - ψ(k)`.
#[test]
fn polygamma_functions_of_parameters() {
    let law = law([("k", Positive)], |_, s, [k]| (k + s).call(Primitive::LnGamma) - k.call(Primitive::LnGamma));
    assert_eq!(text_of(&law, 0, 1), "trigamma(k)");
    assert_eq!(text_of(&law, 0, 3), "1/6 * polygamma(3, k)");
    let derivation = derive_or_panic(&law, 8);
    let names = ["k".to_owned()];
    assert_eq!(text::read(&text::write(&derivation, &names), &law).unwrap(), derivation);
    // ψ^(4)(½) / 4! = -(2^5 - 1) ζ(5)
    let fourth = value(coefficient(&derivation.parameters[0], 4).unwrap(), &[0.5]);
    assert!((fourth + 31.0 * 1.036_927_755_143_37).abs() < 1e-11);
}

#[test]
fn the_radius_of_the_gamma_function_is_the_distance_of_its_pole() {
    let radius = |law: &Law, parameter: usize| match &derive_or_panic(law, 2).parameters[parameter].radius {
        Radius::Finite(radius) => {
            let names: Vec<String> = law.parameters.iter().map(|parameter| parameter.name.clone()).collect();
            text::expression(radius, &names)
        }
        other => format!("{other:?}"),
    };
    let gumbel = law([("m", Real), ("be", Positive)], |_, s, [m, be]| m * s + (1 - be * s).call(Primitive::LnGamma));
    assert_eq!([radius(&gumbel, 0), radius(&gumbel, 1)], ["Infinite", "be^-1"]);
    // The logarithm of a gamma number with a gamma number added: poles at -k / c and 1 / mu.
    let both = law([("k", Positive), ("c", Positive), ("mu", Positive)], |_, s, [k, c, mu]| {
        (k + c * s).call(Primitive::LnGamma) - k.call(Primitive::LnGamma) - k * (1 - mu * s).ln()
    });
    assert_eq!(radius(&both, 0), "min(k * c^-1, mu^-1)");
    assert_eq!(radius(&both, 1), "k * c^-1");
}

#[test]
fn the_gamma_function_of_complex_numbers_is_refused() {
    let oblique = law([("c", Positive)], |omega, _, [c]| (1 - c * omega).call(Primitive::LnGamma));
    let faults = derive(&oblique, 2).unwrap_err();
    assert_eq!(faults.faults()[0].code, Code::Unsupported);
    assert!(faults.faults()[0].help.contains("I * omega"));
    let pole = law([("c", Positive)], |_, s, [c]| (c * s).call(Primitive::LnGamma));
    assert_eq!(derive(&pole, 2).unwrap_err().faults()[0].code, Code::NotSmoothAtOrigin);
    let negative = law([("c", Positive)], |_, s, [c]| (c * s - 2).call(Primitive::LnGamma));
    assert_eq!(derive(&negative, 2).unwrap_err().faults()[0].code, Code::NotHermitian);
}
