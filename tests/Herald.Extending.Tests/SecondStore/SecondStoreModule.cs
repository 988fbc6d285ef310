using Herald.Engine.Transfer;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Journal.Hosting;

namespace Herald.Extending.Tests.SecondStore;

/// <summary>A store of another name: a journal in a directory below the usual one.</summary>
public sealed class SecondStoreModule : IStoreModule
{
    private readonly JournalModule _journal = new();

    public string Name => "second";

    public bool IsShared => false;

    public Task<OpenStore> OpenAsync(StoreContext context, CancellationToken cancel) => _journal.OpenAsync(Below(context), cancel);

    public Task<IStoreSource> OpenSourceAsync(StoreContext context, CancellationToken cancel) => _journal.OpenSourceAsync(Below(context), cancel);

    public Task<IStoreTarget> OpenTargetAsync(StoreContext context, CancellationToken cancel) => _journal.OpenTargetAsync(Below(context), cancel);

    public (ExitCode Code, string Message)? Explain(Exception failure, StoreContext context) => _journal.Explain(failure, Below(context));

    private static StoreContext Below(StoreContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context with { DataDirectory = Path.Combine(context.DataDirectory, "second") };
    }
}
