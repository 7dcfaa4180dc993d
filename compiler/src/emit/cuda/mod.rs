//! An estimator as CUDA C++: a struct that holds its mathematics, for the loops of the runtime's device headers.
//!
//! The functions are translated from the emitted Rust, see [`translate`], so that both targets compute the same operations in
//! the same order.

mod layout;
mod translate;

use std::fmt::Write;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{ImplItem, ImplItemFn, Item};

use self::translate::{Translator, identifier};
use super::law::draw_function;
use super::summary;
use crate::errors::bug;
use crate::ir::Sampler;
use crate::ir::display::coordinate_names;
use crate::kernel::program::{InteractionSection, Program, Score};
use crate::parse::options::Precision;

/// The estimator's text, or why it cannot run on a device.
///
/// `header` are the opening comment lines, `rust` the emitted implementations of the runtime's traits.
pub(super) fn emit(
    program: &Program,
    name: &Ident,
    precision: Precision,
    header: &[String],
    rust: &TokenStream,
) -> Result<String, &'static str> {
    let sampler = sampler(program)?;
    let functions = Functions::of(rust);
    let translator = Translator { precision };
    let writer = Writer { program, functions, translator };
    Ok(writer.text(name, header, sampler))
}

/// The draw, or what stands in the way of a kernel.
fn sampler(program: &Program) -> Result<&Sampler, &'static str> {
    if program.whole.is_some() {
        return Err("the function is opaque: it is called as Rust code, which no device runs");
    }
    if program.is_known() {
        return Err("value and gradient are formulas: nothing is drawn");
    }
    if program.joint || program.step.is_some() {
        return Err("the coordinates of this law are drawn together, which the device's kernels do not do");
    }
    if program.probes.states || !program.probes.directional.is_empty() {
        return Err("the rules of this law move all coordinates at once, which the device's kernels do not do");
    }
    if program.coordinates.is_some() {
        return Err("`coordinates = …` is not done by the device's kernels");
    }
    if program.exponentials.as_ref().is_some_and(|section| !section.closed_forms.is_empty()) {
        return Err("closed forms are not computed by the device's kernels");
    }
    let Some(sampler) = &program.sampler else {
        return Err(
            "the law is drawn by inversion of its characteristic function, which the device's kernels do not do",
        );
    };
    Ok(sampler)
}

/// The function that multiplies the value of `f` by scores.
fn scores(scores: &[Score]) -> String {
    let mut text = "\n    // Once for each sample and coordinate: the value of f times the scores.\n    \
                    static LOGPHI_INLINE void scores(Scalar value, const Array<Scalar, PROBES>& probes,\n        \
                    Array<Scalar, STENCILS>& out) {\n"
        .to_owned();
    for Score { stencil, weight, with_value } in scores {
        let product = match (weight, with_value) {
            (Some(weight), true) => format!("value * probes[{weight}]"),
            (Some(weight), false) => format!("probes[{weight}]"),
            (None, _) => "value".to_owned(),
        };
        let _ = writeln!(text, "        out[{stencil}] = {product};");
    }
    text.push_str("    }\n");
    text
}

/// The functions of the emitted Rust, by the type that they are implemented for.
struct Functions(Vec<(String, ImplItemFn)>);

impl Functions {
    fn of(rust: &TokenStream) -> Self {
        let file: syn::File = match syn::parse2(rust.clone()) {
            Ok(file) => file,
            Err(error) => bug!("emit", "the emitted tokens are not a file: {error}"),
        };
        let mut functions = Vec::new();
        for item in file.items {
            let Item::Impl(item) = item else { continue };
            let Some((of, _)) = &item.trait_ else { continue };
            let of = of.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            let own = match (of.as_str(), &*item.self_ty) {
                ("Ridge" | "Separable" | "Interaction", syn::Type::Path(path)) => match path.path.get_ident() {
                    Some(name) => name.to_string(),
                    None => continue,
                },
                ("Estimator", _) => String::new(),
                _ => continue,
            };
            functions.extend(item.items.into_iter().filter_map(|member| match member {
                ImplItem::Fn(function) => Some((own.clone(), function)),
                _ => None,
            }));
        }
        Self(functions)
    }

    /// The function of the ridge term or of the separable terms; of the estimator where `own` is empty.
    fn get(&self, own: &str, name: &str) -> Option<&ImplItemFn> {
        self.0.iter().find(|(of, function)| of == own && function.sig.ident == name).map(|(_, function)| function)
    }
}

struct Writer<'a> {
    program: &'a Program,
    functions: Functions,
    translator: Translator,
}

impl Writer<'_> {
    fn text(&self, name: &Ident, header: &[String], sampler: &Sampler) -> String {
        let program = self.program;
        let mut text = String::new();
        for line in header {
            text.push_str(format!("// {line}").trim_end());
            text.push('\n');
        }
        let name = identifier(&name.to_string());
        let scalar = match self.translator.precision {
            Precision::F32 => "float",
            Precision::F64 => "double",
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n#include \"logphi.cuh\"\n\nnamespace logphi {{\n\nstruct {name} {{\n    using Scalar = {scalar};\n    \
             static constexpr int PARAMETERS = {0};  // {1}\n    static constexpr int PREPARED = {0};\n    \
             static constexpr int ORDERS = {2};{3}\n    \
             static constexpr int STENCILS = {4};\n    static constexpr int PROBES = {5};\n    \
             static constexpr int SCORES = {6};\n",
            program.theta().len(),
            summary::parameter_names(program),
            program.orders.len(),
            if program.orders.is_empty() { String::new() } else { format!("  // {}", summary::list(&program.orders)) },
            program.probes.count(),
            program.probes.numbers.graph.outputs.len(),
            program.probes.scores.len(),
        );
        text.push_str("\n    // Once for each sample and coordinate: the draw.\n");
        let draw = draw_function(&program.theta(), sampler);
        let draw: ImplItemFn = match syn::parse2(quote! { #draw }) {
            Ok(draw) => draw,
            Err(error) => bug!("emit", "the emitted draw is not a function: {error}"),
        };
        text.push_str(&self.translator.function(&draw, &["theta"], 1));
        if program.probes.have_numbers() {
            text.push_str("\n    // Once for each sample and coordinate: the points and weights of the exact rules.\n");
            self.write("", "probes", &["theta"], 1, &mut text);
        }
        if !program.probes.scores.is_empty() {
            text.push_str(&scores(&program.probes.scores));
        }
        let ridges: Vec<String> = (0..program.ridges.len()).map(|index| format!("Ridge{index}")).collect();
        for (ridge, section) in ridges.iter().zip(&program.ridges) {
            let _ = write!(
                text,
                "\n    // A ridge term: the sum over rows of h(u), u = <A, z> + c.\n    struct {ridge} {{\n        \
                 static constexpr int NUMBERS = {};\n\n        // Once for each sample and row: h and its derivatives; {}\n",
                section.numbers.outputs.len(),
                summary::operations(&section.derivatives),
            );
            self.section(ridge, "row", &mut text);
        }
        let coordinates = match &program.separable {
            Some(section) => {
                let _ = write!(
                    text,
                    "\n    // Separable terms: the sum over coordinates of g(z).\n    struct Coordinates {{\n        \
                     static constexpr int NUMBERS = {};\n\n        \
                     // Once for each sample and coordinate: g and its derivatives; {}\n",
                    section.numbers.outputs.len(),
                    summary::operations(&section.derivatives),
                );
                self.section("Coordinates", "coordinate", &mut text);
                ""
            }
            None => "    using Coordinates = Nothing;\n",
        };
        let interactions = 0..program.interactions.len();
        let interactions: Vec<String> = interactions.map(|index| format!("Interaction{index}")).collect();
        for (own, section) in interactions.iter().zip(&program.interactions) {
            self.interaction(own, section, &mut text);
        }
        let _ = write!(
            text,
            "\n    using Ridges = List<{}>;\n{coordinates}    using Interactions = List<{}>;\n}};\n\nLOGPHI_KERNELS({name})\n\n\
             }}  // namespace logphi\n",
            ridges.join(", "),
            interactions.join(", "),
        );
        text
    }

    /// The functions of one term, after its first comment.
    fn section(&self, own: &str, of: &str, text: &mut String) {
        self.write(own, "derivatives", &["numbers"], 2, text);
        if self.program.probes.are_evaluated() {
            let _ = write!(
                text,
                "\n        // Once for each sample, {of} and moved coordinate: what is added to the expectation of each rule.\n"
            );
            if self.functions.get(own, "at_draw").is_some() {
                self.stencils_at_draw(own, text);
            } else {
                self.write(own, "stencils", &["probes", "numbers"], 2, text);
            }
        }
        text.push_str("    };\n");
    }

    /// An interaction term: its coordinates, derivatives, and stencils by the coordinate that moves.
    fn interaction(&self, own: &str, section: &InteractionSection, text: &mut String) {
        let all: Vec<String> = section.coordinates.iter().map(usize::to_string).collect();
        let _ = write!(
            text,
            "\n    // An interaction term: the sum over rows of k({}).\n    struct {own} {{\n        \
             static constexpr int NUMBERS = {};\n        static constexpr int COORDINATES = {};\n\n        \
             static LOGPHI_INLINE u32 coordinate(int place) {{\n            constexpr u32 all[] = {{{}}};\n            \
             return all[place];\n        }}\n\n        // Once for each sample and row: k and its derivatives by each coordinate; {}\n",
            coordinate_names(&section.coordinates).join(", "),
            section.numbers.outputs.len(),
            section.coordinates.len(),
            all.join(", "),
            summary::operations(&section.derivatives),
        );
        self.write(own, "derivatives", &[], 2, text);
        if self.program.probes.are_evaluated() {
            let places = 0..section.coordinates.len();
            text.push_str(
                "\n        // Once for each sample, row and moved coordinate: what is added to the expectation of each rule.\n",
            );
            for place in places.clone() {
                self.write(own, &format!("stencils{place}"), &[], 2, text);
            }
            text.push_str(
                "\n        template <int PLACE>\n        static LOGPHI_INLINE void stencils(const Array<Scalar, COORDINATES>& z, Scalar value,\n            \
                 const Array<Scalar, PROBES>& probes, const Array<Scalar, NUMBERS>& numbers, Array<Scalar, STENCILS>& out) {\n",
            );
            for place in places {
                let _ = writeln!(
                    text,
                    "            if constexpr (PLACE == {place}) stencils{place}(z, value, probes, numbers, out);"
                );
            }
            text.push_str("        }\n");
        }
        text.push_str("    };\n");
    }

    /// `stencils` of a term whose derivatives are apart.
    fn stencils_at_draw(&self, own: &str, text: &mut String) {
        self.write(own, "at_draw", &["numbers"], 2, text);
        text.push('\n');
        self.write(own, "weigh", &["at_draw", "probes", "numbers"], 2, text);
        text.push_str(
            "\n        static LOGPHI_INLINE void stencils(Scalar u, Scalar value, Scalar slope,\n            \
             const Array<Scalar, PROBES>& probes, const Array<Scalar, NUMBERS>& numbers, Array<Scalar, STENCILS>& out) {\n            \
             Array<Scalar, STENCILS> derivatives;\n            \
             at_draw(u, numbers, derivatives);\n            \
             weigh(u, value, slope, derivatives, probes, numbers, out);\n        }\n",
        );
    }

    fn write(&self, own: &str, name: &str, arrays: &[&str], depth: usize, text: &mut String) {
        match self.functions.get(own, name) {
            Some(function) => text.push_str(&self.translator.function(function, arrays, depth)),
            None => bug!("emit", "no function `{name}` was emitted for `{own}`"),
        }
    }
}
