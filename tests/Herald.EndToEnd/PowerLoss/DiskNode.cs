namespace Herald.EndToEnd.PowerLoss;

/// <summary>A file or a directory, whatever its names are.</summary>
internal abstract class DiskNode;
