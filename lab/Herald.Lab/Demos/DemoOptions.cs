namespace Herald.Lab.Demos;

/// <param name="Load">How long orders are published.</param>
/// <param name="Drain">How long the end waits at most for what is still on its way.</param>
/// <param name="Rate">Orders' changes a second.</param>
/// <param name="Keys">Orders.</param>
/// <param name="Data">Kept; null for a temporary directory that is removed.</param>
internal sealed record DemoOptions(TimeSpan Load, TimeSpan Drain, int Rate, int Keys, DirectoryInfo? Data, bool Plain, bool Json);
