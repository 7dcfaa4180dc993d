//! Options of the attributes, such as `#[estimator(distribution = Laplace, order = 8, form(b) = truncated)]`.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, ExprRange, Path};

use super::option_list::{OPAQUE, entries};
use super::signature::text;
use super::spelling::{list, nearest};
use crate::errors::{Code, Errors, Fault};
use crate::rule::{Baseline, MAX_ORDER, RequestedForm};

/// Arithmetic of draws and of the per-sample work. Results are `f64` in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// `precision = f64`
    #[default]
    F64,
    /// `precision = f32`
    F32,
}

/// The SIMD packs for which the sample loop is compiled. Results are the same to the bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packs {
    /// `packs = widest`: for every width of the target; the widest one that the processor has runs.
    #[default]
    Widest,
    /// `packs = portable`: for the width that every processor of the target has.
    Portable,
}

/// Options of `#[distribution]`.
#[derive(Clone, Debug)]
pub struct DistributionOptions {
    /// `sample = …`
    pub sample: Option<Expr>,
    /// `require = …`
    pub require: Option<Expr>,
    /// `rule(parameter) = …`, possibly several of one parameter.
    pub rules: Vec<(proc_macro2::Ident, Expr)>,
    /// `support = a..b`
    pub support: Option<ExprRange>,
    /// `strip = a..b`
    pub strip: Option<ExprRange>,
    /// `log_density = …`
    pub log_density: Option<Expr>,
    /// `image = …`, of joint laws
    pub image: Option<Expr>,
    /// `crate = …`: the path of the runtime, `::logphi` unless it was renamed.
    pub runtime: Path,
}

impl Default for DistributionOptions {
    fn default() -> Self {
        Self {
            sample: None,
            require: None,
            rules: Vec::new(),
            support: None,
            strip: None,
            log_density: None,
            image: None,
            runtime: default_runtime(),
        }
    }
}

/// Options of `#[estimator]`.
#[derive(Clone, Debug)]
pub struct EstimatorOptions {
    /// `distribution = …`
    pub distribution: Path,
    /// `order = N`, between 1 and [`MAX_ORDER`]
    pub order: Option<(u32, Span)>,
    /// `form = …`, for all parameters
    pub form: Option<(RequestedForm, Span)>,
    /// `form(b) = …`, for one parameter
    pub forms: Vec<(String, RequestedForm, Span)>,
    /// `opaque`: the function is called whole.
    pub opaque: Option<Span>,
    /// `coordinates = m`: how many random coordinates of each sample the exact rules move.
    pub coordinates: Option<(u32, Span)>,
    /// `precision = …`
    pub precision: Precision,
    /// `packs = …`
    pub packs: Packs,
    /// `of = …`: the function is that of another estimator.
    pub of: Option<Path>,
    /// `crate = …`: the path of the runtime, `::logphi` unless it was renamed.
    pub runtime: Path,
}

/// Options of `#[term]`.
#[derive(Clone, Debug)]
pub struct TermOptions {
    /// `distribution = …`
    pub distribution: Path,
    /// `crate = …`: the path of the runtime, `::logphi` unless it was renamed.
    pub runtime: Path,
}

/// Reads the options of `#[distribution]`.
///
/// # Errors
/// [`Code::Syntax`] if the tokens are no list of options, [`Code::BadOption`] for each unknown, repeated or wrong one.
pub fn parse_distribution_options(tokens: TokenStream) -> Result<DistributionOptions, Errors> {
    let mut errors = Errors::new();
    let mut options = DistributionOptions::default();
    let known = ["sample", "require", "rule", "support", "strip", "log_density", "image", "crate"];
    for entry in entries(tokens, &known, &mut errors)? {
        let Some(value) = entry.value(&mut errors) else { continue };
        match entry.name.to_string().as_str() {
            "sample" => options.sample = Some(value.clone()),
            "image" => options.image = Some(value.clone()),
            "log_density" => options.log_density = Some(value.clone()),
            "require" => options.require = Some(value.clone()),
            "rule" => match &entry.target {
                Some(target) => options.rules.push((target.clone(), value.clone())),
                None => errors.push(Fault::new(
                    Code::BadOption,
                    entry.name.span(),
                    "a rule belongs to one parameter",
                    "name it, as in `rule(p) = f(1.0) - f(0.0)`",
                )),
            },
            "support" => match value {
                Expr::Range(range) if range.start.is_some() || range.end.is_some() => {
                    options.support = Some(range.clone());
                }
                _ => errors.push(Fault::over(
                    Code::BadOption,
                    value,
                    "the support is not a range",
                    "write it as in `support = 0.0..` or `support = 0.0..1.0`; a law on all of ℝ needs none",
                )),
            },
            "strip" => match value {
                Expr::Range(range) => options.strip = Some(range.clone()),
                _ => errors.push(Fault::over(
                    Code::BadOption,
                    value,
                    "the strip is not a range",
                    "write between which s the expectation E exp(s z) exists, as in `strip = -1.0 / b..1.0 / b`, or `strip = ..` \
                     if it exists for all",
                )),
            },
            _ => options.runtime = path(value, "the name of a crate", &mut errors).unwrap_or(options.runtime),
        }
    }
    errors.into_result()?;
    Ok(options)
}

/// Reads the options of `#[estimator]`.
///
/// # Errors
/// [`Code::Syntax`] if the tokens are no list of options, [`Code::BadOption`] for each unknown, repeated, missing or wrong
/// one, [`Code::BadOrder`] for an order that is not supported, [`Code::FormUnavailable`] for a form of later versions.
pub fn parse_estimator_options(tokens: TokenStream) -> Result<EstimatorOptions, Errors> {
    let mut errors = Errors::new();
    let mut distribution = None;
    let mut options = EstimatorOptions {
        distribution: default_runtime(),
        order: None,
        form: None,
        forms: Vec::new(),
        opaque: None,
        coordinates: None,
        precision: Precision::F64,
        packs: Packs::Widest,
        of: None,
        runtime: default_runtime(),
    };
    let known = ["distribution", "order", "form", "opaque", "coordinates", "precision", "packs", "of", "crate"];
    let mut named_distribution = false;
    for entry in entries(tokens, &known, &mut errors)? {
        let name = entry.name.to_string();
        named_distribution |= name == "distribution";
        if name == OPAQUE {
            options.opaque = entry.flag(&mut errors);
            continue;
        }
        let Some(value) = entry.value(&mut errors) else { continue };
        match name.as_str() {
            "distribution" => distribution = path(value, "the path of a law", &mut errors),
            "order" => options.order = order(value, &mut errors).map(|order| (order, entry.name.span())),
            "form" => {
                if let Some(form) = form(value, &mut errors) {
                    match &entry.target {
                        Some(target) => options.forms.push((target.to_string(), form, target.span())),
                        None => options.form = Some((form, entry.name.span())),
                    }
                }
            }
            "coordinates" => {
                options.coordinates = coordinates(value, &mut errors).map(|count| (count, entry.name.span()));
            }
            "precision" => match text(value).as_str() {
                "f64" => options.precision = Precision::F64,
                "f32" => options.precision = Precision::F32,
                other => errors.push(Fault::over(
                    Code::BadOption,
                    value,
                    format!("`{other}` is not a precision"),
                    "write `precision = f64` or `precision = f32`",
                )),
            },
            "packs" => match text(value).as_str() {
                "widest" => options.packs = Packs::Widest,
                "portable" => options.packs = Packs::Portable,
                other => errors.push(Fault::over(
                    Code::BadOption,
                    value,
                    format!("`{other}` names no packs"),
                    "write `packs = widest`, or `packs = portable` for code that is compiled once and not for every SIMD width",
                )),
            },
            "of" => options.of = path(value, "the name of another estimator", &mut errors),
            _ => options.runtime = path(value, "the name of a crate", &mut errors).unwrap_or(options.runtime),
        }
    }
    if !named_distribution {
        errors.push(missing_distribution("estimator"));
    }
    errors.into_result()?;
    if let Some(distribution) = distribution {
        options.distribution = distribution;
    }
    Ok(options)
}

/// Reads the options of `#[term]`.
///
/// # Errors
/// [`Code::Syntax`] if the tokens are no list of options, [`Code::BadOption`] for each unknown, repeated, missing or wrong
/// one.
pub fn parse_term_options(tokens: TokenStream) -> Result<TermOptions, Errors> {
    let mut errors = Errors::new();
    let mut distribution = None;
    let mut named_distribution = false;
    let mut runtime = default_runtime();
    for entry in entries(tokens, &["distribution", "crate"], &mut errors)? {
        named_distribution |= entry.name == "distribution";
        let Some(value) = entry.value(&mut errors) else { continue };
        if entry.name == "distribution" {
            distribution = path(value, "the path of a law", &mut errors);
        } else {
            runtime = path(value, "the name of a crate", &mut errors).unwrap_or(runtime);
        }
    }
    if !named_distribution {
        errors.push(missing_distribution("term"));
    }
    errors.into_result()?;
    match distribution {
        Some(distribution) => Ok(TermOptions { distribution, runtime }),
        None => Err(missing_distribution("term").into()),
    }
}

fn default_runtime() -> Path {
    syn::parse_quote!(::logphi)
}

fn missing_distribution(attribute: &str) -> Fault {
    Fault::new(
        Code::BadOption,
        Span::call_site(),
        "the option `distribution` is missing",
        format!("name the law of the draw, as in `#[{attribute}(distribution = Laplace)]`"),
    )
}

fn path(value: &Expr, what: &str, errors: &mut Errors) -> Option<Path> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        _ => {
            errors.push(Fault::over(
                Code::BadOption,
                value,
                format!("`{}` is not {what}", text(value)),
                "write a path, such as `laws::Laplace`",
            ));
            None
        }
    }
}

fn order(value: &Expr, errors: &mut Errors) -> Option<u32> {
    let literal = match value {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => Some(number.base10_parse::<u32>().ok()),
        Expr::Unary(_) => Some(None),
        _ => None,
    };
    match literal {
        Some(Some(order)) if (1..=MAX_ORDER).contains(&order) => return Some(order),
        Some(_) => errors.push(Fault::over(
            Code::BadOrder,
            value,
            format!("the order `{}` is outside 1 to {MAX_ORDER}", text(value)),
            "most truncated series are best at an order between 2 and 16: past the best one their terms, and the variance with \
             them, grow like factorials; compare a few small orders, a run reports the size of each term",
        )),
        None => errors.push(Fault::over(
            Code::BadOption,
            value,
            "the order is not a literal",
            format!("write a whole number from 1 to {MAX_ORDER}, as in `order = 8`"),
        )),
    }
    None
}

fn coordinates(value: &Expr, errors: &mut Errors) -> Option<u32> {
    if let Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) = value
        && let Ok(count @ 1..) = number.base10_parse::<u32>()
    {
        return Some(count);
    }
    errors.push(Fault::over(
        Code::BadOption,
        value,
        format!("`{}` is no number of coordinates", text(value)),
        "write a whole number from 1 on, as in `coordinates = 8`: so many random coordinates are moved for each sample",
    ));
    None
}

fn form(value: &Expr, errors: &mut Errors) -> Option<RequestedForm> {
    let (name, number) = match value {
        Expr::Call(call) => (text(&call.func), call.args.first().filter(|_| call.args.len() == 1)),
        value => (text(value), None),
    };
    let here: Vec<&str> = RequestedForm::ALL.iter().map(|form| form.name()).collect();
    let found = RequestedForm::ALL.iter().copied().find(|form| form.name() == name);
    if let (Some(RequestedForm::Score(_)), Some(number)) = (found, number)
        && text(number) == "leave_one_out"
    {
        return Some(RequestedForm::Score(Baseline::LeaveOneOut));
    }
    if let (Some(form), Expr::Call(_)) = (found, value) {
        let which = number.and_then(|number| text(number).parse().ok()).filter(|number| *number >= 1);
        if let Some(form) = which.and_then(|number| form.numbered(number)) {
            return Some(form);
        }
    }
    let (code, message, help) = match name.as_str() {
        _ if found.is_some() && !matches!(value, Expr::Call(_)) => return found,
        "score" => (
            Code::BadOption,
            format!("`{}` is not a form of rules", text(value)),
            "write `score`, or `score(leave_one_out)` to subtract from f the mean over the other samples".to_owned(),
        ),
        _ if found.is_some() => (
            Code::BadOption,
            format!("`{}` is not a form of rules", text(value)),
            "only `auxiliary(2)`, `difference(2)` and so on take a number: the second rule of the kind".to_owned(),
        ),
        name => (
            Code::BadOption,
            format!("`{name}` is not a form of rules"),
            match nearest(name, here.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the forms of this version are {}", list(here.iter().copied())),
            },
        ),
    };
    errors.push(Fault::over(code, value, message, help));
    None
}

#[cfg(test)]
mod tests {
    use super::super::interpreter::underlined;
    use super::*;

    fn parse(options: &str) -> Result<EstimatorOptions, Errors> {
        parse_estimator_options(options.parse().expect("tokens"))
    }

    fn refuse(options: &str) -> Vec<(Code, String)> {
        underlined(&parse(options).expect_err(options))
    }

    #[test]
    fn all_options() {
        let options = parse("distribution = laws::Laplace, order = 8, form = truncated, form(b) = terminating, precision = f32, packs = portable, opaque, coordinates = 3, of = a::f, crate = phi,")
            .expect("sound");
        assert_eq!(text(&options.distribution), "laws::Laplace");
        assert_eq!(options.order.map(|(order, _)| order), Some(8));
        assert_eq!(options.form.map(|(form, _)| form), Some(RequestedForm::Truncated));
        let forms: Vec<(&str, RequestedForm)> =
            options.forms.iter().map(|(name, form, _)| (name.as_str(), *form)).collect();
        assert_eq!(forms, [("b", RequestedForm::Terminating)]);
        assert_eq!((options.precision, options.packs), (Precision::F32, Packs::Portable));
        assert_eq!(options.coordinates.map(|(count, _)| count), Some(3));
        assert!(options.opaque.is_some() && parse("distribution = Laplace").expect("sound").opaque.is_none());
        assert_eq!(
            (options.of.map(|path| text(&path)), text(&options.runtime)),
            (Some("a::f".to_owned()), "phi".to_owned())
        );
        assert_eq!(
            parse("distribution = Laplace").map(|options| text(&options.runtime)).ok().as_deref(),
            Some("::logphi")
        );
    }

    #[test]
    fn wrong_options_are_named() {
        for (options, code, guilty) in [
            ("ordr = 3", Code::BadOption, "ordr"),
            ("order = 3, order = 4", Code::BadOption, "order"),
            ("order = 200", Code::BadOrder, "200"),
            ("order = 0", Code::BadOrder, "0"),
            ("order = -1", Code::BadOrder, "-1"),
            ("order = n", Code::BadOption, "n"),
            ("order(b) = 3", Code::BadOption, "b"),
            ("form = score(2)", Code::BadOption, "score(2)"),
            ("form = score()", Code::BadOption, "score()"),
            ("form = truncated(2)", Code::BadOption, "truncated(2)"),
            ("form = auxiliary(0)", Code::BadOption, "auxiliary(0)"),
            ("form(b) = formulas", Code::BadOption, "formulas"),
            ("precision = f16", Code::BadOption, "f16"),
            ("packs = 256", Code::BadOption, "256"),
            ("coordinates = 0", Code::BadOption, "0"),
            ("coordinates = d", Code::BadOption, "d"),
            ("coordinates = -2", Code::BadOption, "-2"),
            ("coordinates(b) = 2", Code::BadOption, "b"),
            ("opaque = true", Code::BadOption, "opaque"),
            ("opaque(b)", Code::BadOption, "b"),
            ("opaque, opaque", Code::BadOption, "opaque"),
            ("of = 3", Code::BadOption, "3"),
        ] {
            assert_eq!(refuse(&format!("distribution = L, {options}")), [(code, guilty.to_owned())], "{options}");
        }
        assert_eq!(refuse("distribution L"), [(Code::Syntax, "L".to_owned())]);
    }

    #[test]
    fn the_distribution_is_needed() {
        let faults = parse("order = 8").expect_err("no distribution");
        assert_eq!(faults.faults()[0].code, Code::BadOption);
        assert!(parse_term_options("distribution = Laplace".parse().expect("tokens")).is_ok());
        assert!(parse_term_options(TokenStream::new()).is_err());
    }
}
