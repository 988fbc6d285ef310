namespace Herald.Cli.CommandLine;

/// <summary>Waits of loops that end, without an exception, when they are cancelled.</summary>
internal static class Waits
{
    /// <returns>False when it is time to end.</returns>
    public static async Task<bool> WaitAsync(this TimeProvider time, TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(wait, time, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
