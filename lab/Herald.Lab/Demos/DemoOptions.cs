namespace Herald.Lab.Demos;

/// <param name="Load">How long orders are published.</param>
/// <param name="Drain">The longest wait at the end for events that are still on their way.</param>
/// <param name="Rate">Changes of orders per second.</param>
/// <param name="Keys">The number of orders.</param>
/// <param name="Data">A directory that is kept; null for a temporary one that is removed.</param>
internal sealed record DemoOptions(TimeSpan Load, TimeSpan Drain, int Rate, int Keys, DirectoryInfo? Data, bool Plain, bool Json);
