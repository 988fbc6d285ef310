namespace Herald.Delivery.Tests;

/// <summary>Waits for a condition that no signal announces.</summary>
internal static class Until
{
    public static Task HoldsAsync(Func<bool> holds) => HoldsAsync(() => Task.FromResult(holds()));

    public static async Task HoldsAsync(Func<Task<bool>> holds)
    {
        using var most = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            most.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
