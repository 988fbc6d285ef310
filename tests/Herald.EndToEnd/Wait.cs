using System.Diagnostics.CodeAnalysis;

namespace Herald.EndToEnd;

/// <summary>Waits for a condition in another process, which cannot signal it.</summary>
internal static class Wait
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);

    public static async Task UntilAsync(Func<bool> holds, TimeSpan patience, Func<string> otherwise, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        while (!holds())
        {
            if (time.GetElapsedTime(began) > patience)
                Fail(otherwise());
            await Task.Delay(LookEvery, time, cancel);
        }
    }

    [DoesNotReturn]
    private static void Fail(string message) => throw new TimeoutException(message);
}
