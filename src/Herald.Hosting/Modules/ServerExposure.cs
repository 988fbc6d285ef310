namespace Herald.Hosting.Modules;

/// <summary>Who can call the server.</summary>
/// <param name="IsLocalOnly">Only programs on this machine, and no proxy passes on requests from elsewhere.</param>
public sealed record ServerExposure(bool IsLocalOnly);
