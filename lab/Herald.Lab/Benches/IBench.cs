using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches;

/// <summary>
/// One thing that can be measured. A bench starts what it needs through the rig, measures, tells the rig what went wrong, and gives
/// its figures; directories, processes, display and verdict are the frame's.
/// </summary>
internal interface IBench
{
    /// <summary>As on the command line, options of its own included.</summary>
    string Name { get; }

    /// <summary>One line for the list.</summary>
    string Description { get; }

    /// <summary>A sentence for whoever reads the figures: what to look at, and why.</summary>
    string Matters { get; }

    /// <returns>The figures, the most important one first.</returns>
    /// <exception cref="BenchException">It cannot be measured.</exception>
    Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel);
}
