//! The tower of generators of a function of one variable.
//!
//! Plain differentiation swells: the eighth derivative of `log σ(u)` written by the product rule is pages long and full
//! of cancellation. But a few functions span all orders. With `q = σ(u) σ(-u)` and `d = σ(-u) - σ(u)` it is
//! `q' = q d`, `d' = -2 q`, `d² = 1 - 4 q`, so every order is a polynomial in `q` and `d`. A [`Tower`] holds such
//! generators: *symbols*, each with a node that computes it and with a derivative that is a polynomial in symbols.
//!
//! | function | symbols | derivatives |
//! |---|---|---|
//! | the variable | `u` | `u' = 1` |
//! | anything free of the variable | itself | 0 |
//! | `exp v`, `exp_m1 v` | `e` | `e' = v' e` |
//! | `1 / v` | `r` | `r' = -v' r²`, and `r v` is replaced by 1; if `v = c + k x²`, then `x² r` by `(1 - c r) / k` |
//! | `ln v`, `ln_1p v`, `atan v` | `1/v`, `1/(1+v)`, `1/(1+v²)` | `v' r` |
//! | `sqrt v`, `v^α` | `w`, `r = 1/v` | `w' = α v' w r` |
//! | `sin v`, `cos v`, `sinh v`, `cosh v` | `s`, `c` | `s' = v' c`, `c' = ∓ v' s` |
//! | `tan v` | `t` | `t' = v' (1 + t²)` |
//! | `tanh v` | `t`, `q = cosh(v)^-2` | `t' = v' q`, `q' = -2 v' t q`, `t²` is replaced by `1 - q` |
//! | `sigmoid v`, `log_sigmoid v`, `softplus v` | `σ(±v)`, `q`, `d` | as above |
//! | a sum that is multiplied or raised | itself | the sum's |
//!
//! The symbols are chosen for accuracy, not only for closure: `q` is a product of two small or large numbers, not
//! `σ - σ²`, so that derivatives keep their relative accuracy in both tails; and `(u - c)²` is `g²` with `g = u - c`, not
//! `u² - 2 c u + c²`, which cancels near `c`; and the second derivative of `sqrt(1 + u²)` is `w r²`, not `w r (1 - u² r)`,
//! which cancels for large `u`.

use std::collections::BTreeMap;

use super::polynomial::{Monomial, Polynomial, Symbol, multiply};
use super::rules::kink;
use crate::errors::{Errors, bug};
use crate::ir::{Graph, Node, NodeId, Rational};

/// How a power of a symbol is rewritten, so that polynomials stay short.
#[derive(Clone, Debug)]
pub(super) enum Reduction {
    /// It is not.
    None,
    /// The square is `1 - factor * symbol`.
    Square {
        /// The whole number that multiplies `symbol`.
        factor: i64,
        /// The other member of the family.
        symbol: Symbol,
    },
    /// The symbol is the inverse of another one.
    InverseOf {
        /// The other one.
        symbol: Symbol,
        /// What it is made of, if that is a constant and a square.
        square: Option<SquareAndConstant>,
    },
}

/// What `c + k x²` is made of; `square` is `x²`, the square of one symbol, possibly times symbols free of the variable.
#[derive(Clone, Debug)]
pub(super) struct SquareAndConstant {
    /// `1 / k`
    inverse: Rational,
    /// `-c / k`
    ratio: Rational,
    square: Monomial,
}

/// A generator: a node that computes it, its derivative, and what else is known about it.
#[derive(Clone, Debug)]
pub(super) struct Generator {
    pub(super) node: NodeId,
    pub(super) derivative: Polynomial,
    pub(super) reduction: Reduction,
    /// Provably above 0, so that the root of its square is itself and no absolute value.
    pub(super) positive: bool,
}

/// Generators of a function of one variable, closed under differentiation.
#[derive(Debug)]
pub struct Tower {
    /// The function's graph and the nodes of generators that do not stand in it; equal nodes occur once.
    pub graph: Graph,
    ids: BTreeMap<Node, NodeId>,
    variable: Node,
    /// For each node, whether it depends on the variable.
    pub(super) varying: Vec<bool>,
    /// What each varying node is in terms of symbols.
    polynomials: BTreeMap<NodeId, Polynomial>,
    pub(super) generators: Vec<Generator>,
    /// The symbol that computes a node, by its own rule.
    pub(super) symbols: BTreeMap<NodeId, Symbol>,
    /// The symbol that stands for a node as a whole.
    wholes: BTreeMap<NodeId, Symbol>,
    inverses: BTreeMap<Symbol, Symbol>,
    /// `q` and `d` of a logistic family, by argument.
    pub(super) logistic: BTreeMap<NodeId, (Symbol, Symbol)>,
    errors: Errors,
}

impl Tower {
    /// The tower of all outputs of `function`, in which equal nodes must be merged already.
    ///
    /// # Errors
    /// [`Code::NotDifferentiable`](crate::errors::Code::NotDifferentiable) at every kink that depends on the variable:
    /// `abs`, `max`, `min`, `sign` and roots of squares.
    pub fn new(function: &Graph, variable: &Node) -> Result<Self, Errors> {
        let mut tower = Self {
            graph: Graph::new(),
            ids: BTreeMap::new(),
            variable: variable.clone(),
            varying: Vec::new(),
            polynomials: BTreeMap::new(),
            generators: Vec::new(),
            symbols: BTreeMap::new(),
            wholes: BTreeMap::new(),
            inverses: BTreeMap::new(),
            logistic: BTreeMap::new(),
            errors: Errors::new(),
        };
        // All nodes first: generators append theirs behind.
        for (id, node) in function.iter() {
            tower.append(node.clone(), function.span(id));
        }
        tower.graph.outputs = function.outputs.clone();
        for (id, _) in function.iter() {
            tower.explain(id);
        }
        tower.errors.into_result()?;
        tower.errors = Errors::new();
        Ok(tower)
    }

    /// The node that computes a symbol.
    #[must_use]
    pub fn node(&self, symbol: Symbol) -> NodeId {
        self.generators[symbol].node
    }

    /// What a node is in terms of symbols; a node free of the variable is a constant or one symbol.
    pub fn polynomial(&mut self, id: NodeId) -> Polynomial {
        if let Some(polynomial) = self.polynomials.get(&id) {
            return polynomial.clone();
        }
        if let Node::Constant(value) = self.graph.node(id) {
            return Polynomial::constant(value.clone());
        }
        if self.varying[id.0 as usize] {
            bug!("differentiation", "{:?} is asked for before it is explained", self.graph.node(id));
        }
        Polynomial::symbol(self.symbol(id, Polynomial::default()))
    }

    /// The derivative of a polynomial.
    #[must_use]
    pub fn differentiate(&self, polynomial: &Polynomial) -> Polynomial {
        let mut result = Polynomial::default();
        for (monomial, coefficient) in polynomial.terms() {
            for &(symbol, exponent) in monomial.factors() {
                let rest = monomial.without(symbol, 1);
                let scale = multiply(coefficient, &integer(i64::from(exponent)));
                for (factor, inner) in self.generators[symbol].derivative.terms() {
                    self.add(&mut result, rest.times(factor), multiply(&scale, inner));
                }
            }
        }
        result
    }

    /// Adds a term after bringing it to its reduced form.
    fn add(&self, to: &mut Polynomial, monomial: Monomial, coefficient: Rational) {
        for &(symbol, exponent) in monomial.factors() {
            match self.generators[symbol].reduction {
                Reduction::None => {}
                Reduction::InverseOf { symbol: other, ref square } => {
                    let common = exponent.min(monomial.exponent(other));
                    if common > 0 {
                        return self.add(to, monomial.without(symbol, common).without(other, common), coefficient);
                    }
                    if let Some(SquareAndConstant { inverse, ratio, square }) = square
                        && let Some(rest) = monomial.divided_by(square)
                    {
                        self.add(to, rest.without(symbol, 1), multiply(&coefficient, inverse));
                        return self.add(to, rest, multiply(&coefficient, ratio));
                    }
                }
                Reduction::Square { factor, symbol: other } if exponent >= 2 => {
                    let rest = monomial.without(symbol, 2);
                    let scaled = multiply(&coefficient, &integer(-factor));
                    self.add(to, rest.times(&Monomial::power(other, 1)), scaled);
                    return self.add(to, rest, coefficient);
                }
                Reduction::Square { .. } => {}
            }
        }
        to.add(monomial, coefficient);
    }

    /// The product of polynomials.
    pub(super) fn times(&self, left: &Polynomial, right: &Polynomial) -> Polynomial {
        let mut result = Polynomial::default();
        for (a, c) in left.terms() {
            for (b, d) in right.terms() {
                self.add(&mut result, a.times(b), multiply(c, d));
            }
        }
        result
    }

    /// The derivative of a node.
    pub(super) fn slope(&mut self, id: NodeId) -> Polynomial {
        let polynomial = self.polynomial(id);
        self.differentiate(&polynomial)
    }

    /// The id of a node, appended if it is new.
    pub(super) fn intern(&mut self, node: Node) -> NodeId {
        let id = self.append_once(node);
        // A node of the function may be asked for before its turn: sine and cosine ask for each other.
        self.explain(id);
        id
    }

    fn append(&mut self, node: Node, span: Option<crate::errors::Extent>) -> NodeId {
        let mut varies = node == self.variable;
        node.for_each_operand(|operand| varies |= self.varying[operand.0 as usize]);
        self.varying.push(varies);
        let id = self.graph.push_spanned(node.clone(), span);
        self.ids.entry(node).or_insert(id);
        id
    }

    pub(super) fn append_once(&mut self, node: Node) -> NodeId {
        self.ids.get(&node).copied().unwrap_or_else(|| self.append(node, None))
    }

    pub(super) fn intern_sum(&mut self, mut operands: Vec<NodeId>) -> NodeId {
        operands.sort_unstable();
        self.intern(Node::Sum(operands.into()))
    }

    pub(super) fn intern_product(&mut self, mut operands: Vec<NodeId>) -> NodeId {
        operands.sort_unstable();
        self.intern(Node::Product(operands.into()))
    }

    /// A symbol for what `id` computes, with a known derivative.
    fn symbol(&mut self, id: NodeId, derivative: Polynomial) -> Symbol {
        if let Some(&symbol) = self.symbols.get(&id) {
            return symbol;
        }
        let symbol = self.generate(id, false);
        self.symbols.insert(id, symbol);
        self.generators[symbol].derivative = derivative;
        symbol
    }

    pub(super) fn generate(&mut self, node: NodeId, positive: bool) -> Symbol {
        self.generators.push(Generator {
            node,
            derivative: Polynomial::default(),
            reduction: Reduction::None,
            positive,
        });
        self.generators.len() - 1
    }

    /// A symbol that stands for a node as a whole, whatever it is made of.
    pub(super) fn whole(&mut self, id: NodeId) -> Symbol {
        if let Some(&symbol) = self.wholes.get(&id) {
            return symbol;
        }
        let derivative = self.slope(id);
        let symbol = self.generate(id, false);
        self.wholes.insert(id, symbol);
        self.generators[symbol].derivative = derivative;
        symbol
    }

    /// Finds the polynomial of a varying node, whose operands have theirs.
    fn explain(&mut self, id: NodeId) {
        if !self.varying[id.0 as usize] || self.polynomials.contains_key(&id) {
            return;
        }
        let polynomial = match self.graph.node(id).clone() {
            Node::Constant(_)
            | Node::Pi
            | Node::ImaginaryUnit
            | Node::Frequency
            | Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_) => Polynomial::symbol(self.symbol(id, Polynomial::constant(integer(1)))),
            Node::Sum(operands) => {
                let mut sum = Polynomial::default();
                for &operand in &operands {
                    sum.add_all(&self.polynomial(operand));
                }
                sum
            }
            Node::Product(operands) => self.product(&operands),
            Node::Power(base, exponent) => self.power(base, exponent),
            Node::RealPower(base, exponent) => self.real_power(id, base, exponent),
            Node::Call(primitive, argument) => Polynomial::symbol(self.call(id, primitive, argument)),
            Node::Maximum(..) => self.refuse(id, "`max`"),
            Node::Minimum(..) => self.refuse(id, "`min`"),
            Node::Kummer(..) | Node::DrawSlope(..) => bug!("differentiation", "{:?} in f", self.graph.node(id)),
        };
        self.polynomials.insert(id, polynomial);
    }

    pub(super) fn refuse(&mut self, id: NodeId, what: &str) -> Polynomial {
        self.errors.push(kink(&self.graph, id, what));
        Polynomial::default()
    }

    /// A product; sums that are multiplied by anything that varies stay whole.
    fn product(&mut self, operands: &[NodeId]) -> Polynomial {
        let varying = operands.iter().filter(|operand| self.varying[operand.0 as usize]).count();
        let mut product = Polynomial::constant(integer(1));
        for &operand in operands {
            let mut factor = self.polynomial(operand);
            if varying > 1 && factor.len() > 1 {
                factor = Polynomial::symbol(self.whole(operand));
            }
            product = self.times(&product, &factor);
        }
        product
    }

    /// `1 / id`, always a single term.
    pub(super) fn inverse(&mut self, id: NodeId) -> Polynomial {
        let polynomial = self.polynomial(id);
        let (monomial, coefficient) = match polynomial.single() {
            Some((monomial, coefficient)) => (monomial.clone(), coefficient.clone()),
            None => (Monomial::power(self.whole(id), 1), integer(1)),
        };
        let mut inverse = Monomial::default();
        for &(symbol, exponent) in monomial.factors() {
            inverse = inverse.times(&Monomial::power(self.inverse_symbol(symbol), exponent));
        }
        Polynomial::term(inverse, coefficient.recip())
    }

    pub(super) fn inverse_symbol(&mut self, symbol: Symbol) -> Symbol {
        if let Reduction::InverseOf { symbol: other, .. } = self.generators[symbol].reduction {
            return other;
        }
        if let Some(&inverse) = self.inverses.get(&symbol) {
            return inverse;
        }
        let node = self.generators[symbol].node;
        // Not through `intern`, which would come back here to explain the node.
        let id = self.append_once(Node::Power(node, -1));
        let inverse = self.generate(id, self.generators[symbol].positive);
        self.inverses.insert(symbol, inverse);
        self.generators[inverse].reduction = Reduction::InverseOf { symbol, square: self.square_and_constant(node) };
        let outer = Polynomial::term(Monomial::power(inverse, 2), integer(-1));
        self.generators[inverse].derivative = self.times(&outer, &self.generators[symbol].derivative);
        inverse
    }

    /// The parts of a sum of a constant and a square that varies.
    fn square_and_constant(&mut self, id: NodeId) -> Option<SquareAndConstant> {
        let polynomial = self.polynomial(id);
        let mut terms = polynomial.terms();
        let ((one, constant), (square, scale), None) = (terms.next()?, terms.next()?, terms.next()) else {
            return None;
        };
        let mut varying = square.factors().iter().filter(|&&(symbol, _)| !self.is_free(symbol));
        let is_square =
            matches!((varying.next(), varying.next()), (Some(&(symbol, 2)), None) if !self.generators[symbol].positive);
        let parts = SquareAndConstant { inverse: scale.recip(), ratio: -(constant / scale), square: square.clone() };
        (one.is_one() && is_square).then_some(parts)
    }

    pub(super) fn is_free(&self, symbol: Symbol) -> bool {
        self.generators[symbol].derivative.is_empty()
    }
}

/// The exact whole number.
pub(super) fn integer(value: i64) -> Rational {
    Rational::from_integer(value.into())
}
