using Herald.Engine.Basics;
using Herald.Engine.Transfer;
using Herald.Hosting.Commands;
using Herald.Hosting.Settings;

namespace Herald.Hosting.Modules;

/// <summary>A store. The setting <c>store</c> names the one that a server uses.</summary>
public interface IStoreModule : IModule
{
    /// <summary>True if several nodes share the store and measure leases, which must also expire while a machine is suspended.</summary>
    bool IsShared { get; }

    /// <summary>The rules that a server with this store breaks. The problems name settings with their section.</summary>
    IEnumerable<SettingProblem> BrokenRules(BoundOptions options) => [];

    /// <exception cref="ServerStartException">The store cannot be opened; the message names the setting and says why.</exception>
    Task<OpenStore> OpenAsync(StoreContext context, CancellationToken cancel);

    /// <summary>Opens an existing store in order to export it. Nothing is created or changed.</summary>
    Task<IStoreSource> OpenSourceAsync(StoreContext context, CancellationToken cancel);

    /// <summary>Opens a place without a store in order to import into it.</summary>
    Task<IStoreTarget> OpenTargetAsync(StoreContext context, CancellationToken cancel);

    /// <summary>The exit code and the message for a failed export or import; null for an unexpected failure.</summary>
    (ExitCode Code, string Message)? Explain(Exception failure, StoreContext context);
}
