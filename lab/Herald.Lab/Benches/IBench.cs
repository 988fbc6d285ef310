using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches;

/// <summary>
/// One measurement. A bench starts what it needs through the rig, measures, reports failures to the rig, and returns its figures. The frame
/// around it handles directories, processes, display and verdict.
/// </summary>
internal interface IBench
{
    /// <summary>The name on the command line, including the bench's own options.</summary>
    string Name { get; }

    /// <summary>One line for the list of benches.</summary>
    string Description { get; }

    /// <summary>A sentence for the reader of the figures: which figure is important, and why.</summary>
    string Matters { get; }

    /// <returns>The figures, the most important one first.</returns>
    /// <exception cref="BenchException">The bench cannot be measured.</exception>
    Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel);
}
