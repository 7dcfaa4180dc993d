//! `#[distribution(…)] fn name(omega: &[Frequency], theta: &[Kind], …) -> LogCf { … }`: joint laws.
//!
//! In the log characteristic function vectors are slices, as in Rust: `dot(mu, omega)`, `p.iter().zip(omega).map(…).sum()`.
//! In a sample expression, which Rust never sees, a vector's name stands for its entry at the coordinate that is drawn.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ItemFn, Stmt, Type};

use super::distribution::{keep, parse_distribution, plain_name, upper_camel_case};
use super::expression::{Dialect, Walker};
use super::joint_rule::parse_rules;
use super::options::{DistributionOptions, parse_distribution_options};
use super::rule::Evaluation;
use super::scope::{Value, Vector};
use super::signature::{self, check_plain, check_return, last_segment};
use super::spelling::list;
use super::terms::Place;
use crate::errors::{Code, Errors, Extent, Fault};
use crate::ir::draw::take_arguments;
use crate::ir::{
    BaseDraw, Distribution, DrawId, DrawKind, Graph, Image, JointLaw, JointLogCf, JointSampler, JointStep, Node,
    NodeId, ParamId, Parameter, ParameterKind, ParameterShape, Reduction, Sampler,
};

/// What an expression of a joint law is made of besides its terms.
#[derive(Debug, Default)]
pub(crate) struct JointParts {
    /// Reductions of a log characteristic function; number `k` stands as input `k` in the terms.
    pub(crate) reductions: Vec<Reducing>,
    /// The step of a sampler and what it is applied to; it stands as input 0.
    pub(crate) step: Option<(JointStep, NodeId)>,
    /// Vector parameters whose entries a rule adds up.
    pub(crate) totals: Vec<ParamId>,
    /// The shapes of all parameters, after which the sums come.
    pub(crate) shapes: Vec<ParameterShape>,
}

/// A reduction, as terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reducing {
    /// The sum of a term over the coordinates.
    Coordinates(NodeId),
    /// `ω'Σω`.
    Quadratic(ParamId),
}

/// The kinds of parameters, as they are written.
const KINDS: [(&str, ParameterShape, ParameterKind); 8] = [
    ("Real", ParameterShape::Scalar, ParameterKind::Real),
    ("Positive", ParameterShape::Scalar, ParameterKind::Positive),
    ("Probability", ParameterShape::Scalar, ParameterKind::Probability),
    ("&[Real]", ParameterShape::Vector, ParameterKind::Real),
    ("&[Positive]", ParameterShape::Vector, ParameterKind::Positive),
    ("&[Probability]", ParameterShape::Vector, ParameterKind::Probability),
    ("&Simplex", ParameterShape::Simplex, ParameterKind::Probability),
    ("&Covariance", ParameterShape::Covariance, ParameterKind::Real),
];

/// Reads a law: of one variable if its first argument is a `Frequency`, a joint one if it is `&[Frequency]`.
///
/// # Errors
/// Those of [`parse_distribution`] and [`parse_joint`].
pub fn parse_law(options: TokenStream, item: &ItemFn) -> Result<Distribution, Errors> {
    let frequency = item.sig.inputs.first().and_then(|argument| match argument {
        syn::FnArg::Typed(argument) => spelling(&argument.ty),
        syn::FnArg::Receiver(_) => None,
    });
    if frequency.as_deref() == Some("&[Frequency]") {
        parse_joint(options, item).map(|law| Distribution::Joint(Box::new(law)))
    } else {
        parse_distribution(options, item).map(|law| Distribution::Scalar(Box::new(law)))
    }
}

/// Reads a joint law: parameters, `log φ_θ(ω)`, and of the options the sampler.
///
/// Parameters are scalars (`Positive`), vectors with one entry for each coordinate (`&[Positive]`), `&Simplex` and
/// `&Covariance`. Nothing is proved about the function here; it is judged on projections of the law afterwards.
///
/// # Errors
/// Every fault of syntax, names and types in the signature, the options and the body.
pub fn parse_joint(options: TokenStream, item: &ItemFn) -> Result<JointLaw, Errors> {
    let mut errors = Errors::new();
    let arguments = check_plain(item, &mut errors);
    check_return(item, "LogCf", &mut errors);
    let options = keep(parse_distribution_options(options), &mut errors).unwrap_or_default();
    let Some((frequency, arguments)) = arguments.split_first() else {
        crate::errors::bug!("parse", "a joint law without a frequency");
    };
    let parameters: Vec<Parameter> = arguments.iter().filter_map(|argument| parameter(argument, &mut errors)).collect();
    if arguments.is_empty() {
        errors.push(Fault::over(
            Code::BadSignature,
            &item.sig.ident,
            "the law has no parameters, so there is no gradient to estimate",
            "add the parameters after the frequency, as in `fn law(omega: &[Frequency], mu: &[Real]) -> LogCf`",
        ));
    }
    refuse_options(&options, &mut errors);
    if options.sample.is_none() {
        errors.push(Fault::over(
            Code::BadOption,
            &item.sig.ident,
            "a joint law needs a sample expression",
            "only laws of one variable are drawn by inversion: say how, as in `sample = mu + cholesky(sigma) * normal()`",
        ));
    }
    let image = options.image.as_ref().and_then(|image| keep(parse_image(image), &mut errors));
    // Without its parameters the body would only repeat what is wrong with them.
    errors.clone().into_result()?;
    let log_cf = keep(parse_log_cf(item, frequency, &parameters), &mut errors);
    let sampler = options.sample.and_then(|sample| keep(parse_sampler(&sample, &parameters), &mut errors));
    let mut totals = Vec::new();
    let rules = parse_rules(&options.rules, &parameters, &mut totals, &mut errors);
    errors.into_result()?;
    let (Some((log_cf, log_cf_span)), Some(sampler)) = (log_cf, sampler) else {
        crate::errors::bug!("parse", "no log characteristic function or sampler, and no fault");
    };
    let function = plain_name(&item.sig.ident);
    Ok(JointLaw {
        name: upper_camel_case(&function),
        function,
        span: item.sig.ident.span(),
        parameters,
        log_cf,
        log_cf_span,
        image,
        sampler,
        rules,
        totals,
    })
}

/// A type as it is written, by the last segment of its path: `&[logphi::Real]` is `&[Real]`.
fn spelling(kind: &Type) -> Option<String> {
    match kind {
        Type::Paren(inner) => spelling(&inner.elem),
        Type::Group(inner) => spelling(&inner.elem),
        Type::Reference(inner) if inner.mutability.is_none() => Some(format!("&{}", spelling(&inner.elem)?)),
        Type::Slice(inner) => Some(format!("[{}]", spelling(&inner.elem)?)),
        _ => last_segment(kind).map(ToString::to_string),
    }
}

fn parameter(argument: &signature::Parameter, errors: &mut Errors) -> Option<Parameter> {
    let found = spelling(argument.kind);
    let known = KINDS.into_iter().find(|(name, ..)| found.as_deref() == Some(*name));
    if known.is_none() {
        let bare = found.as_deref().unwrap_or_default().trim_matches(['&', '[', ']']).to_owned();
        let near = KINDS.into_iter().map(|(name, ..)| name).rfind(|name| name.trim_matches(['&', '[', ']']) == bare);
        errors.push(Fault::over(
            Code::UnknownParameterKind,
            argument.kind,
            format!("`{}` is not a kind of parameter of a joint law", signature::text(argument.kind)),
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the kinds are {}", list(KINDS.map(|(name, ..)| name))),
            },
        ));
    }
    let (_, shape, kind) = known?;
    Some(Parameter { name: plain_name(argument.name), kind, shape, span: argument.name.span() })
}

/// Options that laws of one variable have and joint laws do not.
fn refuse_options(options: &DistributionOptions, errors: &mut Errors) {
    let mut refuse = |tokens: &dyn ToTokens, name: &str| {
        errors.push(Fault::over(
            Code::BadOption,
            &tokens,
            format!("a joint law has no option `{name}`"),
            "the options of joint laws are `sample`, `image` and `rule`; what is required of a parameter is said by its kind",
        ));
    };
    if let Some(require) = &options.require {
        refuse(require, "require");
    }
    if let Some(support) = &options.support {
        refuse(support, "support");
    }
    if let Some(strip) = &options.strip {
        refuse(strip, "strip");
    }
    if let Some(density) = &options.log_density {
        refuse(density, "log_density");
    }
}

/// `image = z / z.sum()`
fn parse_image(image: &Expr) -> Result<Image, Errors> {
    if signature::text(image).replace(' ', "") == "z/z.sum()" {
        return Ok(Image::Normalised);
    }
    Err(Fault::over(
        Code::BadOption,
        image,
        "this is no image that joint laws can be defined by",
        "the image that is known is `z / z.sum()`, of a vector of positive numbers",
    )
    .into())
}

/// `log φ_θ(ω)` as written, and the position of its last expression.
fn parse_log_cf(
    item: &ItemFn,
    frequency: &signature::Parameter,
    parameters: &[Parameter],
) -> Result<(JointLogCf, Extent), Errors> {
    let mut walker = Walker::new(Dialect::LogCf);
    walker.vector = true;
    walker.joint = Some(JointParts::default());
    walker.scope.push((frequency.name.to_string(), Value::Vector(Vector::Frequency)));
    declare(&mut walker, parameters, |_, index| Value::Vector(Vector::Parameter(index)));
    let value = walker.block(&item.block);
    let place = match item.block.stmts.last() {
        Some(Stmt::Expr(last, _)) => Place::of(last),
        Some(_) | None => Place::of(&item.block),
    };
    let output = walker.expect_number(value, &item.block);
    let Walker { terms, errors, joint, .. } = walker;
    errors.into_result()?;
    let (Some((output, _)), Some(parts)) = (output, joint) else {
        crate::errors::bug!("parse", "no log characteristic function and no fault");
    };
    let reduction = |reducing: &Reducing| match *reducing {
        Reducing::Coordinates(body) => Reduction::Coordinates(terms.graph(&[body])),
        Reducing::Quadratic(parameter) => Reduction::Quadratic(parameter),
    };
    let reductions = parts.reductions.iter().map(reduction).collect();
    Ok((JointLogCf { outer: terms.graph(&[output]), reductions }, place.extent()))
}

/// Brings the parameters `θ` into scope; `vector` says what a vector is.
pub(crate) fn declare(walker: &mut Walker, parameters: &[Parameter], vector: impl Fn(&mut Walker, ParamId) -> Value) {
    for (index, parameter) in parameters.iter().enumerate() {
        let id = ParamId(index);
        let value = match parameter.shape {
            ParameterShape::Scalar => walker.scalar_parameter(id, parameter),
            ParameterShape::Vector | ParameterShape::Simplex => vector(walker, id),
            ParameterShape::Covariance => Value::Covariance(id),
        };
        walker.scope.push((parameter.name.clone(), value));
    }
}

/// `sample = …`: coordinate by coordinate, with at most one joint step.
fn parse_sampler(sample: &Expr, parameters: &[Parameter]) -> Result<JointSampler, Errors> {
    let mut walker = Walker::new(Dialect::Sample);
    let shapes = parameters.iter().map(|parameter| parameter.shape).collect();
    walker.joint = Some(JointParts { shapes, ..JointParts::default() });
    declare(&mut walker, parameters, |walker, id| walker.scalar_parameter(id, &parameters[id.0]));
    let output = walker.number(sample);
    let place = Place::of(sample);
    let Walker { mut terms, mut draws, errors, joint, .. } = walker;
    errors.into_result()?;
    let (Some(output), Some(parts)) = (output, joint) else {
        crate::errors::bug!("parse", "a sampler without value and without fault");
    };
    let (step, base, finish) = match parts.step {
        Some((_, argument)) if terms.has_base_draw(output) => {
            return Err(terms
                .place(argument)
                .fault(
                    Code::Unsupported,
                    "a draw of its own is added to what was drawn jointly",
                    "let all base draws stand within the joint function, as in `mu + cholesky(sigma) * normal()`",
                )
                .into());
        }
        Some((step, argument)) => (Some(step), argument, output),
        None => (None, output, terms.scalar(Node::Input(0), place)),
    };
    let mut roots: Vec<NodeId> = draws.iter().flat_map(|draw| draw.arguments.iter().copied()).collect();
    let arguments = roots.len();
    roots.push(base);
    let mut graph = terms.graph(&roots);
    graph.outputs.rotate_left(arguments);
    take_arguments(&mut graph, &mut draws);
    let finish: Graph = terms.graph(&[finish]);
    Ok(JointSampler { base: Sampler { graph, draws }, step, finish })
}

impl Walker {
    /// The parameter, or of a vector its entry at the coordinate at hand.
    pub(crate) fn scalar_parameter(&mut self, id: ParamId, parameter: &Parameter) -> Value {
        Value::Scalar { id: self.terms.scalar(Node::Param(id), Place::at(parameter.span)), whole: false }
    }

    /// A reduction of a joint log characteristic function.
    pub(crate) fn reduce(&mut self, reducing: Reducing, place: Place) -> Value {
        let Some(parts) = &mut self.joint else {
            crate::errors::bug!("parse", "a reduction outside of a joint law");
        };
        let known = parts.reductions.iter().position(|known| *known == reducing);
        let index = known.unwrap_or_else(|| {
            parts.reductions.push(reducing);
            parts.reductions.len() - 1
        });
        Value::Scalar { id: self.terms.scalar(Node::Input(index), place), whole: false }
    }

    /// Reads a function of joint laws: `quadratic(omega, sigma)`, or in a sampler `cholesky(sigma)`, `softmax(x)` and
    /// `categorical(p)`.
    pub(crate) fn joint_call(&mut self, name: &str, operands: &[super::call::Operand], whole: &dyn ToTokens) -> Value {
        let place = Place::of(&whole);
        let values: Vec<Value> = operands.iter().map(|operand| operand.value.clone()).collect();
        if values.iter().any(|value| matches!(value, Value::Faulty)) {
            return Value::Faulty;
        }
        match (name, values.as_slice()) {
            ("quadratic", [Value::Vector(Vector::Frequency), Value::Covariance(sigma)]) => {
                self.reduce(Reducing::Quadratic(*sigma), place)
            }
            ("cholesky", [Value::Covariance(sigma)]) => Value::Factor(*sigma),
            ("softmax", [Value::Scalar { id, .. }]) => self.joint_step(JointStep::Softmax, *id, place),
            ("categorical", [Value::Scalar { id, .. }])
                if let Some(p) = self.parameter_of_shape(*id, ParameterShape::Simplex) =>
            {
                self.categorical(*id, p, place)
            }
            ("sum", [Value::Scalar { id, .. }]) if let Some(parameter) = self.vector_parameter(*id) => {
                self.total(parameter, place)
            }
            ("df", [Value::Scalar { id: point, .. }, Value::Scalar { id: direction, .. }]) => {
                self.evaluations.push(Evaluation { order: 1, point: *point });
                let value = self.terms.scalar(Node::Input(self.evaluations.len() - 1), place);
                Value::Scalar { id: self.terms.product(vec![value, *direction], place), whole: false }
            }
            _ => self.refuse(place.fault(
                Code::Unsupported,
                format!("`{name}` is not called like this"),
                "the functions of joint laws are `quadratic(omega, sigma)` of the frequency and a covariance matrix, in a sample \
                 expression `cholesky(sigma) * x`, `softmax(x)` and `categorical(p)` of a simplex, and in a rule `alpha.sum()` of a vector parameter and \
                 `df(y, d)`, the derivative of `f` at `y` in the direction `d`",
            )),
        }
    }

    /// `categorical(p)`: the state whose clock, of rate `p_k`, rings first.
    fn categorical(&mut self, probability: NodeId, simplex: ParamId, place: Place) -> Value {
        let clock = self.terms.scalar(Node::Draw(DrawId(self.draws.len())), place);
        self.draws.push(BaseDraw::new(DrawKind::Exponential, Vec::new()));
        let reciprocal = self.terms.power(probability, -1, place);
        let time = self.terms.product(vec![clock, reciprocal], place);
        self.joint_step(JointStep::Earliest(simplex), time, place)
    }

    /// A step of a joint sampler; there is one at most.
    pub(crate) fn joint_step(&mut self, step: JointStep, argument: NodeId, place: Place) -> Value {
        let Some(parts) = &mut self.joint else {
            crate::errors::bug!("parse", "a joint step outside of a joint law");
        };
        if parts.step.is_some() {
            return self.refuse(place.fault(
                Code::Unsupported,
                "a sample expression has one joint function at most",
                "bind its result with `let` and use that twice, or write the draw with a single `cholesky` or `softmax`",
            ));
        }
        parts.step = Some((step, argument));
        Value::Scalar { id: self.terms.scalar(Node::Input(0), place), whole: false }
    }
}

/// The functions of joint laws in a dialect.
pub(crate) const fn joint_functions(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::LogCf => &["quadratic"],
        Dialect::Sample => &["cholesky", "softmax", "categorical"],
        Dialect::Rule => &["sum", "f", "df", "ddf"],
        Dialect::Condition | Dialect::Term | Dialect::Function => &[],
    }
}

#[cfg(test)]
mod tests;
