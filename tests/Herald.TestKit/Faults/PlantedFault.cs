namespace Herald.TestKit.Faults;

/// <summary>A mistake that is planted to see whether the tests notice it.</summary>
/// <param name="Name">A short name, for the command line.</param>
/// <param name="What">What goes wrong, in words.</param>
/// <param name="File">The file: the name of a copied folder, and the path below it.</param>
/// <param name="Right">The present code. It must occur in the file exactly once.</param>
/// <param name="Wrong">The code that replaces it. ON in it stands for "this fault is switched on".</param>
public sealed record PlantedFault(string Name, string What, string File, string Right, string Wrong);
