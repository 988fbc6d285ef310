namespace Herald.Lab.Catchers;

/// <summary>What is done to one request.</summary>
/// <param name="Mode">The one it arrived in.</param>
/// <param name="Fails">It is answered 500; there is no delay then.</param>
/// <param name="Delay">Zero for none.</param>
public readonly record struct Hit(Mode Mode, bool Fails, TimeSpan Delay);
