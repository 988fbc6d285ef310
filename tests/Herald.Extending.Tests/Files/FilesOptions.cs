using Herald.Engine.Basics;

namespace Herald.Extending.Tests.Files;

public sealed record FilesOptions
{
    [Setting("The directory of the files; it must exist.", Rule = "A directory.", IsRequired = true)]
    public string Directory { get; init; } = "./files";
}
