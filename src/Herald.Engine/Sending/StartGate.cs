namespace Herald.Engine.Sending;

/// <summary>
/// Between looking up what an attempt is made with and starting it there is a moment, in which its thread may stand still. Whoever has
/// changed what is looked up can wait here until nobody is left in it who has looked before.
/// </summary>
internal sealed class StartGate : IDisposable
{
    // Who is inside, by the side that was open when they came.
    private readonly int[] _inside = new int[2];
    private readonly SemaphoreSlim _turning = new(1);
    private int _open;

    /// <summary>To be called before looking. Gives what <see cref="Leave"/> wants back once the attempt has started.</summary>
    public int Enter()
    {
        var side = Volatile.Read(ref _open);
        Interlocked.Increment(ref _inside[side]);
        return side;
    }

    public void Leave(int side) => Interlocked.Decrement(ref _inside[side]);

    /// <summary>
    /// Complete when everybody has left who came before. Who has read the open side and not yet come in may be missed: but then looks after
    /// this call began.
    /// </summary>
    public async ValueTask WhenPassedAsync()
    {
        // Without a token: who has the turn waits for no store and no receiver.
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
