# A web server with nothing but Perl's core, which every Debian and most other systems have. It listens on PORT, as Berth
# asks of every web process, answers each request with a greeting, and ends when Berth sends SIGTERM.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;                  # Lines reach `berth logs` as they are printed.
$SIG{CHLD} = 'IGNORE';   # Finished requests leave no zombies.
$SIG{TERM} = sub { exit 0 };

my $port   = $ENV{PORT} || 5000;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "cannot listen on port $port: $@\n";
print "hello is listening on port $port\n";

while (1) {
    my $visitor = $server->accept or next;
    next if fork;        # The parent goes on; the child answers.
    close $server;
    local $SIG{ALRM} = sub { exit 1 };
    alarm 10;            # A visitor who never finishes the request is let go.
    my ($request, %header) = (scalar <$visitor> // '');
    while (defined(my $line = <$visitor>)) {
        last if $line =~ /^\r?\n$/;
        $header{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
    }
    my $scheme = $header{'x-forwarded-proto'} // 'http';
    my $host   = $header{host}                // 'nobody';
    my $answer = "Hello from Berth! You asked for $host over $scheme.\n";
    print $visitor "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n",
        'Content-Length: ', length $answer, "\r\nConnection: close\r\n\r\n", $answer;
    print "$1 $2 for $host\n" if $request =~ /^([A-Z]+) ([!-~]{1,200}) HTTP/;
    exit 0;
}
