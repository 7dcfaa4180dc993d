//! The exact values of `corpus/oracle.json`; `corpus/oracle.README.md` says what they are and how they were made.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use logphi_compiler::ir::Rational;
use serde_json::{Map, Value};

use crate::expression::Expression;
use crate::number::Number;

/// Everything in the file.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// Laws by key.
    pub laws: BTreeMap<String, LawValues>,
    /// Pairs of a law and a function.
    pub cases: Vec<Case>,
}

/// A law at fixed parameters.
#[derive(Clone, Debug)]
pub struct LawValues {
    /// Exact values of the parameters, by name.
    pub parameters: BTreeMap<String, Rational>,
    /// `a_n` of each parameter's gradient, by name.
    pub coefficients: BTreeMap<String, Coefficients>,
}

/// `a_n` for `n = 1, 2, …`.
#[derive(Clone, Debug)]
pub struct Coefficients {
    /// As formulas, `n ≤ 8`.
    pub formulas: Vec<Expression>,
    /// As numbers with 15 digits, `n ≤ 16`.
    pub values: Vec<f64>,
}

/// A law at fixed parameters with a function.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name.
    pub id: String,
    /// Key of the law.
    pub law: String,
    /// The function of `z` as the file writes it.
    pub text: String,
    /// The function of `z`.
    pub function: Expression,
    /// `E f^(n)` for `n = 0..=16`.
    pub derivatives: Vec<f64>,
    /// By name of the parameter.
    pub gradients: BTreeMap<String, GradientValues>,
}

/// The gradient with respect to one parameter.
#[derive(Clone, Debug)]
pub struct GradientValues {
    /// `∂_θ E f`.
    pub exact: f64,
    /// `Σ_{n ≤ N} a_n E f^(n)` by `N`.
    pub truncated: BTreeMap<u32, f64>,
    /// The order from which on the sum is exact, if there is one.
    pub terminates_at: Option<u32>,
}

impl LawValues {
    /// The parameters as numbers.
    #[must_use]
    pub fn numbers<T: Number>(&self) -> BTreeMap<String, T> {
        self.parameters.iter().map(|(name, value)| (name.clone(), T::constant(value))).collect()
    }
}

impl Oracle {
    /// One case.
    ///
    /// # Panics
    /// If there is no such case.
    #[must_use]
    pub fn case(&self, id: &str) -> &Case {
        self.cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no case `{id}` in the corpus"))
    }
}

/// The file, read once.
pub fn oracle() -> &'static Oracle {
    static ORACLE: OnceLock<Oracle> = OnceLock::new();
    ORACLE.get_or_init(|| {
        let file: Value = serde_json::from_str(include_str!("../corpus/oracle.json")).expect("the corpus is JSON");
        Oracle {
            laws: entries(&file["laws"], law),
            cases: file["cases"].as_array().expect("cases").iter().map(case).collect(),
        }
    })
}

fn entries<T>(value: &Value, read: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    let object: &Map<String, Value> = value.as_object().expect("an object");
    object.iter().map(|(name, value)| (name.clone(), read(value))).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn law(value: &Value) -> LawValues {
    let exact = |value: &Value| {
        Expression::parse(text(value)).evaluate::<Rational>(&BTreeMap::new()).expect("parameters are rational")
    };
    LawValues {
        parameters: entries(&value["parameters"], exact),
        coefficients: entries(&value["coefficients"], |value| Coefficients {
            formulas: value["texts"].as_array().expect("a list").iter().map(|a| Expression::parse(text(a))).collect(),
            values: numbers(&value["values"]),
        }),
    }
}

fn case(value: &Value) -> Case {
    Case {
        id: text(&value["id"]).to_owned(),
        law: text(&value["law"]).to_owned(),
        text: text(&value["f"]).to_owned(),
        function: Expression::parse(text(&value["f"])),
        derivatives: numbers(&value["derivatives"]),
        gradients: entries(&value["gradients"], |value| GradientValues {
            exact: number(&value["exact"]),
            truncated: entries(&value["truncated"], number)
                .into_iter()
                .map(|(order, value)| (order.parse().expect("an order"), value))
                .collect(),
            terminates_at: value["terminates_at"].as_u64().map(|order| order as u32),
        }),
    }
}
