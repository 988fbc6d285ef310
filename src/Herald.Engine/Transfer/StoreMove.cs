namespace Herald.Engine.Transfer;

/// <summary>Moves a whole store from one place to another.</summary>
public static class StoreMove
{
    public static async Task RunAsync(IStoreSource from, IStoreTarget to, CancellationToken cancel)
    {
        await to.BeginAsync(from.Shape, cancel);
        await from.CopyAsync(to, cancel);
        await to.CompleteAsync(cancel);
    }
}
