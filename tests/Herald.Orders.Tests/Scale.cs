namespace Herald.Orders.Tests;

/// <summary>The size of a test: brief, or full with HERALD_TESTS_LONG=1.</summary>
internal static class Scale
{
    public static bool Long { get; } = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";

    public static int Of(int brief, int full) => Long ? full : brief;
}
