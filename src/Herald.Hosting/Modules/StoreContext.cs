using Herald.Hosting.Settings;

namespace Herald.Hosting.Modules;

/// <summary>What a store is opened with.</summary>
/// <param name="DataDirectory">The server's directory for everything durable.</param>
/// <param name="Inform">Tells the operator what the store does, in sentences.</param>
/// <param name="Warn">Tells the operator what is wrong, in sentences.</param>
public sealed record StoreContext(
    BoundOptions Options, string DataDirectory, TimeProvider Time, Action<string> Inform, Action<string> Warn)
{
    /// <summary>Tells the operator that something stored is lost; null for <see cref="Warn"/>.</summary>
    public Action<string>? Alarm { get; init; }
}
