namespace Herald.TestKit;

/// <summary>The working copy that the tests were built from.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    /// <param name="path">A path below the root.</param>
    public static string File(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Herald.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no working copy of Herald.");
    }
}
