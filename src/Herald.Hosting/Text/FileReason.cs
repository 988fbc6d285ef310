namespace Herald.Hosting.Text;

/// <summary>Why a file cannot be read, for a message that already names the file. .NET's own texts name it again.</summary>
public static class FileReason
{
    public static string Of(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => "it does not exist",
            UnauthorizedAccessException => "this user may not read it, or it is a directory",
            _ => failure.Message.TrimEnd('.'),
        };
    }
}
