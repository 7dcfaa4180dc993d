// Runs the kernels of the estimator whose text stands before this one, as the runtime does on a device: `engine IN OUT` reads
// a job and writes for each law the moments of all samples, then what the contraction makes of them. `Number` is the
// estimator's scalar. Several laws run side by side, if one launch takes all their leaves.
#include "common.cuh"

namespace {

using logphi::u64;

struct Input {
    std::FILE* file;
    u64 number() {
        u64 value;
        if (std::fread(&value, sizeof value, 1, file) != 1) std::exit(2);
        return value;
    }
    std::vector<Number> numbers() {
        std::vector<Number> values(number());
        if (std::fread(values.data(), sizeof(Number), values.size(), file) != values.size()) std::exit(2);
        return values;
    }
};

void run(const logphi::Job& job, u64 groups, u64 slots, u64 parameters, u64 ridges, bool has_moved) {
    using on_host::launch;
    const bool has_rows = ridges > 0;
    const unsigned leaves = job.leaves * job.laws, warps = 4;
    const u64 rows = logphi::logphi_sizes[0], entries = logphi::logphi_sizes[1], moved = logphi::logphi_sizes[2];
    const bool has_scores = logphi::logphi_sizes[3] > 0, has_interactions = logphi::logphi_sizes[4] > 0;
    if (!has_rows && !has_scores && !has_interactions) {
        launch({3}, {32, warps}, 0, [&] { logphi::logphi_by_coordinate(job); });
        return;
    }
    if (job.draws) launch({5}, {32, warps}, 0, [&] { logphi::logphi_draw(job); });
    u64 all = 0;
    for (u64 at = 0; at < ridges; at++) all += (job.ridges[at].rows + 7) / 8 * (8 / rows);
    const u64 staged = job.is_staged ? job.dimension * (groups * rows + slots * 32) : 0;
    const u64 drawn = job.draws ? 0 : job.dimension * parameters;
    const u64 shared = (staged + drawn + (slots > 1 ? groups * rows * entries * 32 : 0)) * sizeof(Number);
    const auto blocks = [&](u64 count) { return static_cast<unsigned>((count + groups - 1) / groups); };
    const auto g = static_cast<unsigned>(groups), s = static_cast<unsigned>(slots);
    if (has_rows) launch({blocks(all), leaves}, {32, g, s}, shared, [&] { logphi::logphi_by_row(job); });
    if (has_scores) launch({2}, {32, warps}, 0, [&] { logphi::logphi_evaluate(job); });
    if (has_moved) {
        launch({blocks(job.dimension), leaves}, {32, g, s}, groups * moved * 32 * sizeof(Number),
               [&] { logphi::logphi_by_moved_coordinate(job); });
    }
}

} // namespace

int main(int, char** names) {
    using namespace logphi;
    Input in = {std::fopen(names[1], "rb")};
    std::FILE* out = std::fopen(names[2], "wb");
    if (!in.file || !out) return 1;
    const u64 groups = in.number(), slots = in.number(), keep_draws = in.number(), launch_leaves = in.number();
    Job job = {};
    job.key[0] = static_cast<u32>(in.number());
    job.key[1] = static_cast<u32>(in.number());
    job.samples = in.number();
    job.laws = static_cast<u32>(in.number());
    job.first = in.number();
    job.apart = in.number();
    const u64 constant = in.number();
    std::memcpy(&job.constant, &constant, sizeof constant);
    job.dimension = static_cast<u32>(in.number());
    job.ridge_rows = static_cast<u32>(in.number());
    job.runs = static_cast<u32>(in.number());
    const auto theta = in.numbers(), numbers = in.numbers();
    job.is_staged = !keep_draws || groups % 2;
    job.prepared = job.theta = theta.data();
    job.numbers = numbers.data();
    const u64 terms = in.number(), ridges = terms - logphi_sizes[4];
    std::vector<std::vector<Number>> tables;
    for (u64 at = 0; at < terms; at++) {
        RidgeTable& table = job.ridges[at];
        table.rows = static_cast<u32>(in.number());
        table.first = static_cast<u32>(in.number());
        for (const void** place : {&table.slopes, &table.offsets, &table.numbers}) {
            tables.push_back(in.numbers());
            *place = tables.back().data();
        }
    }
    const u64 length = static_cast<u64>(job.runs) * LANES, all = (job.samples + LEAF - 1) / LEAF;
    const bool has_moved = logphi_sizes[2] > 0;
    std::vector<double> sums;
    u64 launches = 0;
    for (job.first_leaf = 0; job.first_leaf < all; job.first_leaf += launch_leaves, launches++) {
        job.leaves = static_cast<u32>(std::min(launch_leaves, all - job.first_leaf));
        const u64 places = static_cast<u64>(job.leaves) * job.laws;
        std::vector<Number> draws(places * job.dimension * LEAF, std::nan(""));
        std::vector<Number> arguments(places * job.ridge_rows * 2 * LEAF, std::nan(""));
        std::vector<Number> moments(places * length, std::nan(""));
        std::vector<Number> values(places * LEAF, std::nan(""));
        job.draws = keep_draws || logphi_sizes[3] > 0 || logphi_sizes[4] > 0 ? draws.data() : nullptr;
        job.values = values.data();
        job.arguments = arguments.data();
        job.moments = moments.data();
        run(job, groups, slots, theta.size() / (job.laws * job.dimension), ridges, has_moved);
        if (job.laws > 1 && launch_leaves < all) return 4;
        sums.resize((launches + job.laws) * length);
        double* to = sums.data() + launches * length;
        on_host::launch({job.runs, job.laws}, {32, TREE_RUNS}, 0,
                        [&] { logphi_tree(moments.data(), job.leaves, length, to, nullptr); });
        if (job.leaves <= FEW_LEAVES) {
            std::vector<double> few(job.laws * length), lanes(job.laws * job.runs);
            on_host::launch({(job.runs + FEW_RUNS - 1) / FEW_RUNS, job.laws}, {32, FEW_RUNS}, 0,
                            [&] { logphi_few_leaves(moments.data(), job.leaves, length, few.data(), lanes.data()); });
            if (std::memcmp(few.data(), to, few.size() * sizeof(double))) return 6;
            for (u64 run = 0; run < lanes.size(); run++) {
                if (lanes[run] != add_lanes(to + run * LANES) && lanes[run] == lanes[run]) return 7;
            }
        }
    }
    std::vector<double> total(job.laws * length), totals(job.laws * job.runs);
    on_host::launch({job.runs, job.laws}, {32, TREE_RUNS}, 0,
                    [&] { logphi_tree_of_sums(sums.data(), static_cast<u32>(launches), length, total.data(), totals.data()); });
    // What the contraction makes of them: from one leaf, of its own moments.
    Contraction contraction = {};
    contraction.dimension = job.dimension;
    contraction.ridge_rows = job.ridge_rows;
    contraction.entries = logphi_sizes[1];
    contraction.coordinate_entries = logphi_sizes[2];
    contraction.separable_entries = logphi_sizes[2] - static_cast<u32>(in.number());
    contraction.count = static_cast<u32>(in.number());
    for (u32 at = 0; at < contraction.count; at++) contraction.orders[at] = static_cast<u32>(in.number());
    contraction.ridges = static_cast<u32>(ridges);
    std::vector<std::vector<double>> slopes;
    for (u64 at = 0; at < ridges; at++) {
        const RidgeTable& table = job.ridges[at];
        contraction.rows[at] = table.rows;
        contraction.first[at] = table.first;
        slopes.emplace_back();
        for (u32 row = 0; row < table.rows; row++) {
            for (u32 coordinate = 0; coordinate < job.dimension; coordinate++) {
                const u64 place = (static_cast<u64>(row / BLOCK) * job.dimension + coordinate) * BLOCK + row % BLOCK;
                slopes.back().push_back(static_cast<const Number*>(table.slopes)[place]);
            }
        }
        contraction.slopes[at] = slopes.back().data();
    }
    const u32 moments = 1 + contraction.count + contraction.coordinate_entries - contraction.separable_entries;
    const u32 blocks = (job.dimension + CONTRACTED - 1) / CONTRACTED;
    const u64 each = static_cast<u64>(moments) * job.dimension;
    std::vector<double> derivatives(job.laws * each);
    std::vector<u32> broken(job.laws * moments * blocks);
    contraction.out = derivatives.data();
    contraction.broken = broken.data();
    const dim3 grid = {blocks, moments, job.laws}, block = {CONTRACTED, CONTRACTING};
    on_host::launch(grid, block, 0, [&] { logphi_contract_double(contraction, total.data()); });
    const std::vector<double> of_lanes = derivatives;
    on_host::launch(grid, block, 0, [&] { logphi_contract_totals(contraction, totals.data()); });
    if (std::memcmp(of_lanes.data(), derivatives.data(), derivatives.size() * sizeof(double))) return 5;
    if (std::any_of(broken.begin(), broken.end(), [](u32 any) { return any != 0; })) return 3;
    for (u32 law = 0; law < job.laws; law++) {
        std::fwrite(total.data() + law * length, sizeof(double), length, out);
        std::fwrite(derivatives.data() + law * each, sizeof(double), each, out);
    }
    return std::fclose(out);
}
