namespace Herald.Engine.Sending;

/// <summary>
/// Covers the moment between the look-up of a subscription and the start of an attempt with it. A thread can be delayed in this moment.
/// Code that has changed a subscription can wait here until all attempts that were looked up before the change have started or ended.
/// </summary>
internal sealed class StartGate : IDisposable
{
    // The number of threads inside, by the side that was open when they entered.
    private readonly int[] _inside = new int[2];
    private readonly SemaphoreSlim _turning = new(1);
    private int _open;

    /// <summary>Must be called before the look-up. Pass the result to <see cref="Leave"/> once the attempt has started.</summary>
    public int Enter()
    {
        var side = Volatile.Read(ref _open);
        Interlocked.Increment(ref _inside[side]);
        return side;
    }

    public void Leave(int side) => Interlocked.Decrement(ref _inside[side]);

    /// <summary>
    /// Completes when every caller that had entered before has left. A thread that has read the open side but not yet counted itself may be
    /// missed. That is safe: its look-up comes after the beginning of this call.
    /// </summary>
    public async ValueTask WhenPassedAsync()
    {
        // The wait takes no token: the caller that has the turn waits for no store and no receiver.
        await _turning.WaitAsync();
        try
        {
            var closed = Volatile.Read(ref _open);
            Interlocked.Exchange(ref _open, 1 - closed);
            while (Volatile.Read(ref _inside[closed]) > 0)
                await Task.Yield();
        }
        finally
        {
            _turning.Release();
        }
    }

    public void Dispose() => _turning.Dispose();
}
