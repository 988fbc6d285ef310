using System.Buffers;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Doors;

/// <summary>A post that passed all rules, with its canonical form, which is made once.</summary>
internal sealed class CheckedPost
{
    private CheckedPost(Post post, ReadOnlyMemory<byte> canonical) =>
        (Post, Canonical, Content) = (post, canonical, ContentHash.Of(canonical.Span));

    public Post Post { get; }

    /// <summary>The payload of the event.</summary>
    public ReadOnlyMemory<byte> Canonical { get; }

    public ContentHash Content { get; }

    public static CheckedPost Of(Post post)
    {
        var into = new ArrayBufferWriter<byte>(512);
        PostWriter.Write(post, into);
        return new(post, into.WrittenMemory);
    }
}
