using Berth.TestKit;

namespace Berth.Kernel.Tests;

public sealed class Noting_what_changes : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task ends_though_each_note_makes_for_another()
    {
        using var notes = Inotify.TryOpen()!;
        Assert.True(notes.Add(_scratch.Path) >= 0);
        var told = 0;
        using var file = File.OpenHandle(_scratch["file"], FileMode.Create, FileAccess.Write);

        var draining = Task.Run(() => notes.Drain((_, _, _) => RandomAccess.Write(file, "x"u8, told++)));
        await draining.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(told > 0);
    }

    [Fact]
    public void leaves_none_behind_however_many_there_are()
    {
        using var notes = Inotify.TryOpen()!;
        Assert.True(notes.Add(_scratch.Path) >= 0);
        var name = new string('n', 255);
        for (var i = 0; i < 500; i++)
        {
            File.Create(_scratch[i % 2 == 0 ? "n" : name]).Dispose();
            File.Delete(_scratch[i % 2 == 0 ? "n" : name]);
        }

        var (told, more) = (0, 0);
        notes.Drain((_, _, _) => told++);
        notes.Drain((_, _, _) => more++);
        Assert.True(told >= 1_000);
        Assert.Equal(0, more);
    }

    [Fact]
    public void closes_nothing_of_anothers_when_it_is_closed_again()
    {
        var notes = Inotify.TryOpen()!;
        using var folder = HeldFolder.Open(_scratch.Path);
        Action[] closings = [notes.Dispose, folder.Dispose];
        foreach (var close in closings)
        {
            close();
            using var next = File.OpenHandle(_scratch["next"], FileMode.Create, FileAccess.ReadWrite);
            close();
            RandomAccess.Write(next, "its own"u8, 0);
        }

        Assert.Equal(-1, folder.Descriptor);
        Assert.Throws<IOException>(() => folder.Rename("next", "after"));
    }
}
