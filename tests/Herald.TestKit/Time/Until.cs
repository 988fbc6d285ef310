using Xunit;

namespace Herald.TestKit.Time;

/// <summary>Waits for a condition that no signal announces.</summary>
public static class Until
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromMinutes(2);

    public static Task HoldsAsync(Func<bool> holds, string what) => HoldsAsync(() => Task.FromResult(holds()), what);

    public static Task HoldsAsync(Func<Task<bool>> holds, string what) => HoldsAsync(holds, () => what);

    /// <summary>Waits for a task. Fails with its description if it does not end, so that the suite does not hang.</summary>
    public static async Task EndsAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"After {Patience} it has not ended: {what}");
        }
    }

    /// <param name="what">Describes the condition. Called when it does not become true in time.</param>
    public static async Task HoldsAsync(Func<Task<bool>> holds, Func<string> what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(begun) >= Patience)
                Assert.Fail($"After {Patience} it is still not so: {what()}");
            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }
}
