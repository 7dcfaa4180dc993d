// Every elementary function and every draw of the device headers, for `tests/cuda/host`: `functions IN OUT` reads a
// list of requests and writes numbers.
#include "cuda_on_host.h"
#include "logphi.cuh"

namespace logphi {

template <class S> void read(std::FILE* file, std::vector<S>& values) {
    if (std::fread(values.data(), sizeof(S), values.size(), file) != values.size()) std::exit(2);
}

template <class S> S function(int index, S x, S y) {
    switch (index) {
    case 0: return exp(x);
    case 1: return exp_m1(x);
    case 2: return ln(x);
    case 3: return ln_1p(x);
    case 4: return sin(x);
    case 5: return cos(x);
    case 6: return tan(x);
    case 7: return atan(x);
    case 8: return sinh(x);
    case 9: return cosh(x);
    case 10: return tanh(x);
    case 11: return sigmoid(x);
    case 12: return log_sigmoid(x);
    case 13: return softplus(x);
    case 14: return powf(x, y);
    case 15: return logistic(x)[0];
    case 16: return logistic(x)[1];
    case 17: return logistic(x)[2];
    case 18: return minimum(x, y);
    case 19: return maximum(x, y);
    case 20: return sign(x);
    case 21: return sqrt(x);
    case 22: return recip(x);
    case 23: return powi(x, -3) + powi(y, 6);
    case 24: return abs(x);
    default: return mul_add(x, y, x);
    }
}

template <class S> S draw(int index, Words<S>& words, S a, S b) {
    switch (index) {
    case 0: return words.uniform();
    case 1: return words.exponential() + words.exponential();
    case 2: return words.normal() - S(2) * words.normal() + words.normal();
    case 3: return words.gamma(1, a);
    case 4: return words.loggamma(2, a);
    case 5: return words.bernoulli(a);
    case 6: return words.geometric(a);
    case 7: return words.logarithmic(a);
    case 8: return words.inverse_gaussian(a, b);
    case 9: return words.beta(3, a, b);
    case 10: return words.binomial(4, a, b);
    case 11: return words.poisson(5, a);
    case 12: return words.trigamma_mixture(6, a);
    case 13: return words.zeta_mixture(7);
    default: {
        auto copies = words.compound(8, a);
        while (copies.more()) {
            auto inner = copies.next_copy();
            const S normal = inner.normal();
            copies.add(normal * inner.gamma(1, b));
        }
        return copies.sum();
    }
    }
}

template <class S> void functions(std::FILE* in, std::FILE* out, int index, u64 count) {
    std::vector<S> x(count), y(count);
    read(in, x);
    read(in, y);
    for (u64 at = 0; at < count; at++) x[at] = function(index, x[at], y[at]);
    std::fwrite(x.data(), sizeof(S), count, out);
}

template <class S> void draws(std::FILE* in, std::FILE* out, int index, u64 count) {
    std::vector<u64> place(3);
    std::vector<S> parameters(2);
    read(in, place);
    read(in, parameters);
    std::vector<S> values(count);
    // The key of stream 1 of a seed, which is how copies of it are made.
    const Key key = Key{static_cast<u32>(place[0]), static_cast<u32>(place[0] >> 32)}.of_copy(0, 1);
    for (u64 at = 0; at < count; at++) {
        Words<S> words(key, place[1] + at, static_cast<u32>(place[2]));
        values[at] = draw(index, words, parameters[0], parameters[1]);
    }
    std::fwrite(values.data(), sizeof(S), count, out);
}

} // namespace logphi

int main(int, char** names) {
    std::FILE* in = std::fopen(names[1], "rb");
    std::FILE* out = std::fopen(names[2], "wb");
    if (!in || !out) return 1;
    using namespace logphi;
    u64 request[4];
    while (std::fread(request, sizeof(u64), 4, in) == 4) {
        const auto run = request[0] == 0 ? (request[1] == 4 ? functions<float> : functions<double>)
                                         : (request[1] == 4 ? draws<float> : draws<double>);
        run(in, out, static_cast<int>(request[2]), request[3]);
    }
    return std::fclose(out);
}
