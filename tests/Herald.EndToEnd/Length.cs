using System.Globalization;

namespace Herald.EndToEnd;

/// <summary>How much a run does: a little in <c>./test</c>, much with <c>--long</c>.</summary>
internal static class Length
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    /// <summary>Rounds of a crash test: 10, or 200, or what HERALD_ROUNDS says.</summary>
    public static int Rounds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("HERALD_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : IsLong ? 200 : 10;
}
