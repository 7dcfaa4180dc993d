// The random numbers of one sample and coordinate: the same draws, words and sites as `runtime/src/draw`.
//
// A thread draws for one sample where the processor draws for a pack; a sample's numbers never depend on its neighbours, so
// they are the same. All rejection loops are here: each takes both attempts of a block of words before threads part.
#pragma once

#include "base.cuh"

namespace logphi {

template <class S> struct Compound;

template <class S> struct Words {
    using B = Bits<S>;

    // The first site of the auxiliary draws of exact rules, and the block of the exponential numbers for shapes below 1.
    static constexpr u16 AUXILIARY_SITE = 256;
    static constexpr u32 BOOST_BLOCK = 0xffffffffu;

    Key key;
    u64 sample;
    u32 coordinate;
    // The site of the words that are taken in order.
    u16 site;
    u32 next_block;
    Block current;
    int used;
    bool has_spare;
    S spare_normal;

    LOGPHI_INLINE Words(Key key, u64 sample, u32 coordinate, u16 site = 0)
        : key(key), sample(sample), coordinate(coordinate), site(site), next_block(0), current{0, 0, 0, 0}, used(4),
          has_spare(false), spare_normal(S(0)) {}

    LOGPHI_INLINE static Words auxiliary(Key key, u64 sample, u32 coordinate) {
        return Words(key, sample, coordinate, AUXILIARY_SITE);
    }

    // Block `block` of `site`.
    LOGPHI_INLINE Block block(u16 at, u32 index) const {
        const u32 shared = static_cast<u32>(sample >> 32) | (static_cast<u32>(at) << 16);
        return philox(key, static_cast<u32>(sample), shared, coordinate, index);
    }

    // The next word. Where the calls are inlined, `used` is known, and blocks that nobody reads are not computed.
    LOGPHI_INLINE u32 word() {
        if (used == 4) {
            current = block(site, next_block);
            next_block++;
            used = 0;
        }
        const u32 taken = used == 0 ? current.w0 : used == 1 ? current.w1 : used == 2 ? current.w2 : current.w3;
        used++;
        return taken;
    }

    // The bits of a number: of the next word or of the next two.
    LOGPHI_INLINE B number_bits() {
        const u32 first = word();
        return join<S>(first, Format<S>::WORDS == 2 ? word() : first);
    }

    // Uniform on (0, 1).
    LOGPHI_INLINE S uniform() { return uniform_from(number_bits()); }

    // Exponential with mean 1.
    LOGPHI_INLINE S exponential() { return exponential_from(number_bits()); }

    // Standard normal; the second of a pair takes no words.
    LOGPHI_INLINE S normal() {
        if (has_spare) {
            has_spare = false;
            return spare_normal;
        }
        const B radius = number_bits();
        const B angle = number_bits();
        const auto pair = normal_pair<S>(radius, angle);
        has_spare = true;
        spare_normal = pair.second;
        return pair.first;
    }

    // 1 with probability p, otherwise 0; NaN unless `0 <= p <= 1`.
    LOGPHI_INLINE S bernoulli(S p) {
        const bool likely = p > S(0.5);
        const S rare = select(likely, S(1) - p, p);
        const bool happens = fraction(number_bits()) < rare;
        const S draw = select(happens != likely, S(1), S(0));
        return select((p >= S(0)) & (p <= S(1)), draw, not_a_number<S>());
    }

    // `k >= 0` with probability `p (1 - p)^k`; NaN unless `0 < p <= 1`.
    LOGPHI_INLINE S geometric(S p) {
        const S draw = floor(exponential_from(number_bits()) / -ln_1p(-p));
        return select((p > S(0)) & (p <= S(1)), draw, not_a_number<S>());
    }

    // `k >= 1` with probability `-q^k / (k ln(1 - q))`; NaN unless `0 <= q < 1`.
    LOGPHI_INLINE S logarithmic(S q) {
        const B u = number_bits();
        const B e = number_bits();
        S x = -ln_1p(-q) * uniform_from(u);
        // For q = 0, too, the first of the two logarithms is that of a positive normal number.
        x = select(x < S(Format<S>::MIN_POSITIVE), S(Format<S>::MIN_POSITIVE), x);
        const S near_zero = ln_normal(-exp_m1(-x));
        const S near_one = ln_1p(-exp(-x));
        const S rate = -select(x < S(0.6931471805599453), near_zero, near_one);
        const S draw = S(1) + floor(exponential_from(e) / rate);
        return select((q >= S(0)) & (q < S(1)), draw, not_a_number<S>());
    }

    // Inverse Gaussian with the given mean and shape; NaN unless both are positive.
    LOGPHI_INLINE S inverse_gaussian(S mean, S shape) {
        const S x = normal();
        const B bits = number_bits();
        const S r = S(0.5) * (x * x) * (mean / shape);
        const S t = (S(1) + r) + sqrt(r) * sqrt(r + S(2));
        const bool larger = fraction(bits) * (S(1) + t) < S(1);
        const S draw = select(larger, mean * t, mean / t);
        return select((mean > S(0)) & (shape > S(0)), draw, not_a_number<S>());
    }

    // The number made of the normal x, or -1 if it is rejected (Marsaglia and Tsang).
    LOGPHI_INLINE static S gamma_attempt(S x, B bits, S d, S c) {
        const S t = c * x;
        const S root = S(1) + t;
        const S three = S(3);
        const S excess = mul_add(three * d, ln_excess(t), S(0.5) * (x * x));
        const S bound = mul_add(d * (t * t), -(three + t), excess);
        const bool accepted = (root > S(0)) & (acceptance<S>(bits) < exp(bound));
        return select(accepted, d * (root * (root * root)), S(-1));
    }

    // Gamma for shapes of at least 1, from words of the blocks from `index` on; NaN for other shapes.
    LOGPHI_INLINE S gamma_from_one(u16 at, u32 index, S shape) const {
        const S d = shape - S(1.0 / 3.0);
        const S c = recip(S(3) * sqrt(d));
        if (!((shape >= S(1)) & (shape < infinity<S>()))) return not_a_number<S>();
        for (;;) {
            const auto bits = attempts<S>(block(at, index));
            const auto pair = normal_pair<S>(bits.radius, bits.angle);
            S draw = gamma_attempt(pair.first, bits.first, d, c);
            if (draw == S(-1)) draw = gamma_attempt(pair.second, bits.second, d, c);
            if (draw != S(-1)) return draw;
            index++;
        }
    }

    // Gamma with the given shape and scale 1, from words of `site`.
    LOGPHI_INLINE S gamma(u16 at, S shape) const {
        const bool below_one = shape < S(1);
        S draw = gamma_from_one(at, 0, select(below_one, shape + S(1), shape));
        if (below_one) {
            const Block words = block(at, BOOST_BLOCK);
            const S product = draw * exp(-exponential_from(join<S>(words.w0, words.w1)) / shape);
            draw = select(product < S(Format<S>::MIN_POSITIVE), S(Format<S>::MIN_POSITIVE), product);
        }
        // √shape is 0 for 0 and NaN below.
        return select(shape > S(0), draw, sqrt(shape));
    }

    // The logarithm of that number, also where it is too small to be represented.
    LOGPHI_INLINE S loggamma(u16 at, S shape) const {
        const bool below_one = shape < S(1);
        S logarithm = ln(gamma_from_one(at, 0, select(below_one, shape + S(1), shape)));
        if (below_one) {
            const Block words = block(at, BOOST_BLOCK);
            logarithm = logarithm - exponential_from(join<S>(words.w0, words.w1)) / shape;
        }
        return select(shape > S(0), logarithm, not_a_number<S>());
    }

    // Beta with shapes a and b, from words of `site`.
    LOGPHI_INLINE S beta(u16 at, S a, S b) const {
        const S x = gamma_from_one(at, 0, select(a < S(1), a + S(1), a));
        const S y = gamma_from_one(at, 1u << 31, select(b < S(1), b + S(1), b));
        S ratio = y / x;
        // A factor of 1 where neither is below 1, as for a neighbour of one that is.
        if ((a < S(1)) | (b < S(1))) {
            const Block words = block(at, BOOST_BLOCK);
            const S first = select(a < S(1), exponential_from(join<S>(words.w0, words.w1)) / a, S(0));
            const S second = select(b < S(1), exponential_from(join<S>(words.w2, words.w3)) / b, S(0));
            ratio = ratio * exp(first - second);
        }
        const S draw = maximum(recip(S(1) + ratio), S(Format<S>::MIN_POSITIVE));
        return select((a > S(0)) & (b > S(0)), draw, not_a_number<S>());
    }

    // How many of `P(K >= 1), P(K >= 2), …` a number from the first words of block 0 of `site` lies below; see `draw/search.rs`.
    LOGPHI_INLINE S search(u16 at, S some, S one, S slope, S fall) const {
        const Block words = block(at, 0);
        const S point = fraction(join<S>(words.w0, words.w1));
        S tail = some, mass = one, count = S(0);
        for (u32 next = 2; point < tail; next++) {
            count = count + S(1);
            const S ratio = mul_add(slope, reciprocal_of(next), -fall);
            tail = tail - mass;
            mass = mass * ratio;
            const S bound = mass + mass;
            tail = select((ratio <= S(0.5)) & (bound < tail), bound, tail);
        }
        return count;
    }

    // `1 / n` as the processor rounds it: through `f64`. For the format `f32` the quotient of `f32` is the same number for
    // every n below 2^24, since no quotient of such numbers lies close enough to the middle of two.
    LOGPHI_INLINE static S reciprocal_of(u32 n) { return S(1) / static_cast<S>(n); }

    // The words of one attempt after the other: in `f32` a block holds two, in `f64` one.
    struct Attempt {
        B number, acceptance;
    };
    struct Tries {
        u32 next;
        bool has_rest;
        u32 w2, w3;
    };
    LOGPHI_INLINE Attempt next_attempt(u16 at, Tries& tries) const {
        if (tries.has_rest) {
            tries.has_rest = false;
            return {join<S>(tries.w2, tries.w2), tries.w3};
        }
        const Block words = block(at, tries.next);
        tries.next++;
        if (Format<S>::WORDS == 2) return {join<S>(words.w0, words.w1), words.w2};
        tries.has_rest = true;
        tries.w2 = words.w2;
        tries.w3 = words.w3;
        return {join<S>(words.w0, words.w0), words.w1};
    }

    // The proposal of transformed rejection for a count: `⌊(2a / s + b) u + c⌋` with `u = ±(½ - s)`.
    struct Proposal {
        S count, square;
        bool at_once;
    };
    LOGPHI_INLINE static Proposal propose(B bits, S accepting, S a, S b, S centre, S quick) {
        bool negative;
        const S side = sided(bits, negative);
        const S u = negate_if(S(0.5) - side, negative);
        const S count = floor(mul_add(S(2) * a / side + b, u, centre));
        const bool at_once = (side >= S(0.07)) & (accepting <= quick);
        return {count, side * side, at_once};
    }

    // Poisson with mean `rate`, from words of `site`; NaN for a mean that is negative, infinite or NaN.
    LOGPHI_INLINE S poisson(u16 at, S rate) const {
        if (!((rate >= S(0)) & (rate < infinity<S>()))) return not_a_number<S>();
        if (rate < S(10)) return search(at, -exp_m1(-rate), rate * exp(-rate), rate, S(0));
        const S b = mul_add(sqrt(rate), S(2.53), S(0.931));
        const S a = mul_add(b, S(0.02483), S(-0.059));
        const S quick = S(0.9277) - S(3.6224) / (b - S(2.0));
        const S inverse = S(1.1239) + S(1.1328) / (b - S(3.4));
        const S scale = inverse * (sqrt(rate) * S(2.5066282746310002));
        const S centre = rate + S(0.43);
        Tries tries = {0, false, 0, 0};
        for (;;) {
            const Attempt attempt = next_attempt(at, tries);
            const S accepting = acceptance<S>(attempt.acceptance);
            const Proposal proposal = propose(attempt.number, accepting, a, b, centre, quick);
            const S y = proposal.count + S(0.5);
            const S probability = exp(mul_add(y, ln_excess((rate - y) / y), stirling_remainder(y)));
            const bool accepted = accepting * scale * proposal.square <= probability * mul_add(b, proposal.square, a);
            if ((proposal.count >= S(0)) & (proposal.at_once | accepted)) return proposal.count;
        }
    }

    // The logarithm of the probability of a binomial count, up to a constant.
    LOGPHI_INLINE static S binomial_log_probability(S count, S n, S success, S failure) {
        const S y = count + S(0.5);
        const S w = (n - count) + S(0.5);
        const S stirling = stirling_remainder(y) + stirling_remainder(w);
        return mul_add(y, ln_excess((success - y) / y), mul_add(w, ln_excess((failure - w) / w), stirling));
    }

    // Binomial: successes in n trials of probability p, from words of `site`; NaN unless `n >= 0` is finite and
    // `0 <= p <= 1`.
    LOGPHI_INLINE S binomial(u16 at, S n, S p) const {
        if (!((n >= S(0)) & (n < infinity<S>()) & (p >= S(0)) & (p <= S(1)))) return not_a_number<S>();
        const bool likely = p > S(0.5);
        const S others = S(1) - p;
        const S rare = select(likely, others, p), common = select(likely, p, others);
        const S draw = rare_binomial(at, n, rare, common);
        return select(likely, n - draw, draw);
    }

    // The same for `rare <= ½` and `common = 1 - rare`.
    LOGPHI_INLINE S rare_binomial(u16 at, S n, S rare, S common) const {
        if (n * rare < S(10)) {
            const S odds = rare / common;
            const S log_none = n * ln_1p(-rare);
            const S count = search(at, -exp_m1(log_none), n * odds * exp(log_none), (n + S(1)) * odds, odds);
            return minimum(count, n);
        }
        const S deviation = sqrt(n * rare * common);
        const S b = mul_add(deviation, S(2.53), S(1.15));
        const S a = mul_add(b, S(0.0248), mul_add(rare, S(0.01), S(-0.0873)));
        const S quick = S(0.92) - S(4.2) / b;
        const S scale = (S(2.83) + S(5.1) / b) * deviation;
        const S centre = mul_add(n, rare, S(0.5));
        const S success = (n + S(1)) * rare, failure = (n + S(1)) * common;
        const S at_mode = binomial_log_probability(floor(success), n, success, failure);
        Tries tries = {0, false, 0, 0};
        for (;;) {
            const Attempt attempt = next_attempt(at, tries);
            const S accepting = acceptance<S>(attempt.acceptance);
            const Proposal proposal = propose(attempt.number, accepting, a, b, centre, quick);
            const S ratio = exp(binomial_log_probability(proposal.count, n, success, failure) - at_mode);
            const bool accepted = accepting * scale * proposal.square <= ratio * mul_add(b, proposal.square, a);
            const bool inside = (proposal.count >= S(0)) & (proposal.count <= n);
            if (inside & (proposal.at_once | accepted)) return proposal.count;
        }
    }

    // `k >= 0` with probability `(x + k)^-2 / ψ'(x)`, from words of `site`; NaN unless x is positive and finite.
    LOGPHI_INLINE S trigamma_mixture(u16 at, S x) const {
        if (!((x > S(0)) & (x < infinity<S>()))) return not_a_number<S>();
        const S tail = x / (x + (x + S(0.5)) / x);
        const S start = x + S(0.5);
        Tries tries = {0, false, 0, 0};
        for (;;) {
            const Attempt attempt = next_attempt(at, tries);
            const S share = fraction(attempt.number);
            S count = floor((start * (tail / share) - x) + S(0.5));
            count = select(count < S(1), S(1), count);
            const S point = x + count;
            const bool accepted = acceptance<S>(attempt.acceptance) * (point * point) <= mul_add(point, point, S(-0.25));
            if (!(share < tail)) return S(0);
            if (accepted) return count;
        }
    }

    // `k >= 1` with probability `6 / (πk)²`, from words of `site`.
    LOGPHI_INLINE S zeta_mixture(u16 at) const { return trigamma_mixture(at, S(1)) + S(1); }

    // The sum of `count` copies with words of `site`, to be added one by one.
    LOGPHI_INLINE Compound<S> compound(u16 at, S count) const { return Compound<S>(*this, at, count); }
};

// A sum of copies: `while (copies.more()) { auto words = copies.next_copy(); …; copies.add(…); }`, then `copies.sum()`.
template <class S> struct Compound {
    Key key;
    u64 sample;
    u32 coordinate;
    u16 site;
    S count;
    u64 copies;
    S total;

    LOGPHI_INLINE Compound(const Words<S>& words, u16 site, S count)
        : key(words.key), sample(words.sample), coordinate(words.coordinate), site(site), copies(0) {
        const bool valid = (count >= S(0)) & (count < infinity<S>());
        total = select(valid, S(0), not_a_number<S>());
        this->count = select(valid, count, S(0));
    }
    LOGPHI_INLINE bool more() const { return count > static_cast<S>(copies); }
    LOGPHI_INLINE Words<S> next_copy() {
        const u64 copy = copies;
        copies++;
        return Words<S>(key.of_copy(site, copy), sample, coordinate);
    }
    LOGPHI_INLINE void add(S copy) { total = total + copy; }
    LOGPHI_INLINE S sum() const { return total; }
};

} // namespace logphi
