using Berth.Kernel;
using Berth.Platform.Volumes;
using CsCheck;

namespace Berth.Platform.Tests.Volumes;

public sealed class Reading_a_mount
{
    private static readonly Gen<string> Name = Gen.String[Gen.Char["abcXYZ019._-"], 1, 12];

    [Fact]
    public void gives_back_what_it_writes() =>
        Gen.Select(Name, Name, Gen.Bool, Gen.Int[0, 2].Select(i => new[] { null, "Z", "noexec,nosuid" }[i])).Sample((host, container, only, options) =>
        {
            var spec = new MountSpec($"/{host}", $"/{container}", only, options);
            Assert.Equal(spec, MountSpec.Parse(spec.ToString()));
        });

    [Fact]
    public void refuses_or_reads_whatever_it_is_given() => Gen.String[Gen.Char["/:a.,\n\0 x"], 0, 20].Sample(text =>
    {
        try
        {
            var spec = MountSpec.Parse(text);
            Assert.StartsWith("/", spec.Container, StringComparison.Ordinal);
            Assert.True(StorageEntryName.IsValid(spec.EntryName()));
        }
        catch (ProblemException e)
        {
            Assert.Same(VolumeProblems.MountInvalid, e.Problem.Code);
        }
    });

    [Theory]
    [InlineData("/a:/b", "/a|/b|False|")]
    [InlineData("/a:/b:ro", "/a|/b|True|")]
    [InlineData("/a:/b:Z,ro", "/a|/b|True|Z")]
    [InlineData("/a:/b:", "/a|/b|False|")]
    [InlineData("volume:/b", "volume|/b|False|")]
    [InlineData("/a b:/c d", "/a b|/c d|False|")]
    public void takes_paths_volumes_and_options(string text, string expected)
    {
        var spec = MountSpec.Parse(text);
        Assert.Equal(expected, $"{spec.Host}|{spec.Container}|{spec.Readonly}|{spec.Options}");
    }

    [Theory]
    [InlineData("/a", "Storage path must be two valid paths divided by colon.")]
    [InlineData("/a:b", "Storage path must be two valid paths divided by colon.")]
    [InlineData("/a:b:/c", "Storage path must be two valid paths divided by colon.")]
    [InlineData("/a:/b\n", "Storage path must be two valid paths divided by colon.")]
    [InlineData("v:/b", "Volume name must be two characters or more. Volume name must not contain invalid characters. Storage path must be two valid paths divided by colon.")]
    [InlineData("a b:/c", "Volume name must be two characters or more. Volume name must not contain invalid characters. Storage path must be two valid paths divided by colon.")]
    [InlineData("", "Volume name must be two characters or more. Volume name must not contain invalid characters. Storage path must be two valid paths divided by colon.")]
    public void says_what_scripts_look_for_when_it_is_none(string text, string expected) =>
        Assert.Equal(expected, Assert.Throws<ProblemException>(() => MountSpec.Parse(text)).Problem.Found);

    [Fact]
    public void names_the_same_place_the_same_for_everyone()
    {
        Assert.Equal(MountSpec.Parse("/srv/files:/a").EntryName(), MountSpec.Parse("/srv/files:/b:ro").EntryName());
        Assert.NotEqual(MountSpec.Parse("/srv/files:/a").EntryName(), MountSpec.Parse("/srv/file:/a").EntryName());

        // echo -n /srv/files | sha1sum | cut -c1-10
        Assert.Equal("legacy-cb8fee954e", MountSpec.Parse("/srv/files:/a").EntryName());
        Assert.Equal("legacy-35062c62c3", MountSpec.Parse("files:/a").EntryName());
    }
}
