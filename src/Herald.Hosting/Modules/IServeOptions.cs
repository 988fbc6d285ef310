using System.CommandLine;

namespace Herald.Hosting.Modules;

/// <summary>Options of a command line that set several settings together, such as the address of a broker and the topic to read.</summary>
public interface IServeOptions
{
    void AddTo(Command command);

    /// <summary>The values of settings that follow from the options, by name.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Settings(ParseResult parsed);
}
