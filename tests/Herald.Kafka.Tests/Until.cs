namespace Herald.Kafka.Tests;

/// <summary>Waits for what no signal tells.</summary>
internal static class Until
{
    public static Task HoldsAsync(Func<bool> holds, string what) => HoldsAsync(() => Task.FromResult(holds()), what);

    public static async Task HoldsAsync(Func<Task<bool>> holds, string what)
    {
        using var most = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        while (!await holds())
        {
            Assert.False(most.IsCancellationRequested, $"After two minutes it is still not so: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
