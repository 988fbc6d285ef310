namespace Herald.Hosting.Modules;

/// <summary>
/// A module that runs only on request: <c>herald serve --with NAME</c>, or <c>herald NAME serve</c>. Several can run in one server.
/// </summary>
public interface IApplicationModule : IModule
{
    /// <summary>What the application does, in a sentence for the help.</summary>
    string Purpose { get; }

    /// <summary>The application's own defaults of settings, by name.</summary>
    IReadOnlyDictionary<string, string> Defaults => new Dictionary<string, string>();

    /// <summary>Command lines that help shows for <c>herald NAME serve</c>, in addition to the one without options.</summary>
    IReadOnlyList<string> ServeExamples => [];

    /// <summary>The options of <c>herald NAME serve</c> that set several settings together; null for none.</summary>
    IServeOptions? CreateServeOptions() => null;
}
