using System.Globalization;

namespace Herald.EndToEnd;

/// <summary>How much a run does: a little in <c>./test</c>, a lot with <c>--long</c>.</summary>
internal static class Length
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    /// <summary>The rounds of a crash test: HERALD_ROUNDS if it is set, otherwise 200 in a long run and 10 in a short one.</summary>
    public static int Rounds { get; } = RoundsOf(few: 10, many: 200);

    /// <summary>
    /// The seed of a test's random numbers: HERALD_SEED if it is set, to repeat a run that failed; otherwise another one in each process.
    /// </summary>
    public static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("HERALD_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : Environment.ProcessId;

    /// <summary>HERALD_ROUNDS if it is set, otherwise many in a long run and few in a short one.</summary>
    public static int RoundsOf(int few, int many) =>
        int.TryParse(Environment.GetEnvironmentVariable("HERALD_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds
            : IsLong ? many : few;
}
