namespace Herald.Simulation.Planting;

/// <summary>A mistake that somebody could make in the engine, to see whether the simulation would notice.</summary>
/// <param name="Name">Short, for the command line.</param>
/// <param name="What">What goes wrong, in words.</param>
/// <param name="File">Of src/Herald.Engine.</param>
/// <param name="Right">The code as it is; it must occur in the file exactly once.</param>
/// <param name="Wrong">What stands there instead.</param>
/// <param name="Within">It is found within this many seeds.</param>
internal sealed record PlantedFault(string Name, string What, string File, string Right, string Wrong, int Within);
