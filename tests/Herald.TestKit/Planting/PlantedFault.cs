namespace Herald.TestKit.Planting;

/// <summary>A mistake that somebody could make, to see whether the tests would notice.</summary>
/// <param name="Name">Short, for the command line.</param>
/// <param name="What">What goes wrong, in words.</param>
/// <param name="File">Below src/.</param>
/// <param name="Right">The code as it is; it must occur in the file exactly once.</param>
/// <param name="Wrong">What stands there instead; ON in it stands for "this fault is switched on".</param>
public sealed record PlantedFault(string Name, string What, string File, string Right, string Wrong);
