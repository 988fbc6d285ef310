using System.Globalization;

namespace Herald.Lab.Benches.Rounds;

/// <summary>
/// Measures sides in turn, each round in the opposite order of the last one, so that changes on the machine affect all sides alike.
/// </summary>
internal static class Alternation
{
    /// <param name="what">What part of the bench this is, for the display.</param>
    public static async Task RunAsync<T>(string what, BenchRig rig, CancellationToken cancel, params IReadOnlyList<MeasuredSide<T>> sides)
    {
        if (!rig.Options.IsBrief)
            foreach (var side in sides)
            {
                rig.Progress.Show($"{what}: warming up {side.Name}");
                await side.RunAsync(counts: false, cancel);
            }
        for (var round = 1; round <= rig.Options.Rounds; round++)
            foreach (var side in round % 2 == 1 ? sides : sides.Reverse())
            {
                rig.Progress.Show(
                    string.Create(CultureInfo.InvariantCulture, $"{what}: round {round} of {rig.Options.Rounds}, {side.Name}"));
                await side.RunAsync(counts: true, cancel);
            }
    }
}
